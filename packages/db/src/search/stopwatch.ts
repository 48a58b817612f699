/** Milliseconds by stage. Stages that run at the same time overlap, so they may add up to more than the total. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #stages = new Map<string, number>();

  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#stages.set(stage, (this.#stages.get(stage) ?? 0) + performance.now() - start);
    }
  }

  elapsed(): number {
    return round(performance.now() - this.#start);
  }

  timings(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#stages, ([stage, time]) => [stage, round(time)]));
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
