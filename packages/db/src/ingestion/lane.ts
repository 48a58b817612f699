/** One task at a time, in the order asked. A failed task does not stop the next. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything asked so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
