import type { VectorScores } from "./dense-rows.ts";

/** How many bits of a byte are set. */
const SET_BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

/** Vectors of a few bits a component; the score is the share of bits that agree, 0 to 1. */
export class BitStore implements VectorScores {
  readonly #dimension: number;
  readonly #bits: number;
  readonly #vectors: Uint8Array[] = [];

  constructor(dimension: number, bits: number) {
    this.#dimension = dimension;
    this.#bits = bits;
  }

  get length(): number {
    return this.#vectors.length;
  }

  push(vector: Float32Array): void {
    this.#vectors.push(quantized(vector, this.#bits));
  }

  swapRemove(place: number): void {
    const last = this.#vectors.pop();
    if (last && place < this.#vectors.length) this.#vectors[place] = last;
  }

  scores(query: Float32Array): Float32Array {
    const asked = quantized(query, this.#bits);
    const bits = this.#dimension * this.#bits;
    return Float32Array.from(this.#vectors, (vector) => 1 - differing(asked, vector) / bits);
  }
}

function differing(left: Uint8Array, right: Uint8Array): number {
  let bits = 0;
  for (const [at, byte] of left.entries()) bits += SET_BITS[byte ^ (right[at] ?? 0)] ?? 0;
  return bits;
}

/** Components as whole numbers from −2^(bits−1), shifted to begin at 0, the bits of each after those of the one before. */
function quantized(vector: Float32Array, bits: number): Uint8Array {
  const half = 2 ** (bits - 1);
  const packed = new Uint8Array(Math.ceil((vector.length * bits) / 8));
  for (const [at, component] of vector.entries()) {
    const level = Math.trunc(Math.min(half - 1, Math.max(-half, component * half)) + half);
    for (let bit = 0; bit < bits; bit++) {
      const place = at * bits + bit;
      const isSet = (level >> (bits - 1 - bit)) & 1;
      packed[place >> 3] = (packed[place >> 3] ?? 0) | (isSet << (7 - (place & 7)));
    }
  }
  return packed;
}
