/** What waits for an answer goes before what waits for throughput. */
export const priorities = ["query", "document"] as const;
export type Priority = (typeof priorities)[number];

/** First in, first out within a priority; all queries before any document. */
export class JobQueue<Job> {
  readonly #lanes: Record<Priority, Set<Job>> = { query: new Set(), document: new Set() };

  get size(): number {
    return this.#lanes.query.size + this.#lanes.document.size;
  }

  push(job: Job, priority: Priority): void {
    this.#lanes[priority].add(job);
  }

  /** The next of one of these priorities. */
  shift(among: readonly Priority[] = priorities): Job | undefined {
    for (const priority of among) {
      const [first] = this.#lanes[priority];
      if (first === undefined) continue;
      this.#lanes[priority].delete(first);
      return first;
    }
    return undefined;
  }

  /** Takes a waiting job out; false when it is not waiting. */
  remove(job: Job): boolean {
    return priorities.some((priority) => this.#lanes[priority].delete(job));
  }

  /** Takes everything out. */
  drain(): Job[] {
    const jobs = priorities.flatMap((priority) => [...this.#lanes[priority]]);
    for (const priority of priorities) this.#lanes[priority].clear();
    return jobs;
  }
}
