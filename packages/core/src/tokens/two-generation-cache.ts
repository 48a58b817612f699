/**
 * A map of bounded size that forgets what has not been used for long.
 *
 * When the younger generation is full it becomes the older one, and what nobody has asked for since then is dropped at
 * the next change: nearly as good as least-recently-used, without a list to keep.
 */
export class TwoGenerationCache<Value> {
  readonly #capacity: number;
  #younger = new Map<string, Value>();
  #older = new Map<string, Value>();

  /** @param capacity how many entries it holds at most. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#younger.size + this.#older.size;
  }

  get(key: string): Value | undefined {
    const found = this.#younger.get(key);
    if (found !== undefined) return found;
    const aged = this.#older.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  set(key: string, value: Value): void {
    if (this.#younger.size >= Math.ceil(this.#capacity / 2)) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#older.delete(key);
    this.#younger.set(ownCopy(key), value);
  }
}

// A slice of 13 and more characters is a view in V8, which would keep its whole text alive.
function ownCopy(key: string): string {
  return key.length < 13 ? key : Buffer.from(key, "utf16le").toString("utf16le");
}
