/** The server's key: asked for when the server wants one, kept in this page's memory alone. */
export class Access {
  /** Whether the server refused the last call for want of a valid key. */
  wanted = false;
  #key: string | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  sign(headers: HeadersInit | undefined): Headers {
    const signed = new Headers(headers);
    if (this.#key !== undefined) signed.set("authorization", `Bearer ${this.#key}`);
    return signed;
  }

  refused(): void {
    this.#set(true);
  }

  /** Closes the question; the next refused call asks again. */
  readonly dismiss = (): void => this.#set(false);

  use(key: string): void {
    this.#key = key;
    this.#set(false);
  }

  #set(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    for (const listener of this.#listeners) listener();
  }
}
