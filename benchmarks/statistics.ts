/** The p-quantile (0–1) of some measurements, by the nearest rank. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN;
}

/** Milliseconds of each run of `work`, after one run that does not count. */
export async function timings<T>(inputs: readonly T[], work: (input: T) => Promise<unknown>): Promise<number[]> {
  const [first] = inputs;
  if (first !== undefined) await work(first);
  const durations: number[] = [];
  for (const input of inputs) {
    const start = performance.now();
    await work(input);
    durations.push(performance.now() - start);
  }
  return durations;
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
