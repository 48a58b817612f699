import { joinRanges, quantizationRanges, type CalibratedRanges } from "@galen/core";

/** The ranges of vectors that come in batches: the same as those of all of them at once. */
export class RunningRanges {
  #ranges: CalibratedRanges | undefined;

  /** @throws {ModelError} `input_invalid` for components that are not finite */
  add(vectors: readonly Float32Array[]): void {
    if (vectors.length === 0) return;
    const more = quantizationRanges(vectors);
    this.#ranges = this.#ranges === undefined ? more : joinRanges(this.#ranges, more);
  }

  /** `undefined` before the first vector. */
  get ranges(): CalibratedRanges | undefined {
    return this.#ranges;
  }
}
