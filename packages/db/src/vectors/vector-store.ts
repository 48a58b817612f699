import type { Metric } from "../schemas/metric.ts";
import { metrics } from "./metric.ts";
import type { MetricMeaning } from "./metric.ts";
import { scoreModule } from "./score-module.ts";
import type { ScoreKind } from "./score-module.ts";
import { WebAssembly } from "./webassembly.ts";

/** Rows scored in one call; the scores of a block lie between the query and the vectors. */
const BLOCK_ROWS = 4_096;
/** Components that one step of the loop takes: rows are padded with zeros to a multiple of it. */
const STEP = 8;
const PAGE_BYTES = 65_536;

const compiled: Readonly<Record<ScoreKind, object>> = {
  products: new WebAssembly.Module(scoreModule("products")),
  squares: new WebAssembly.Module(scoreModule("squares")),
};

type Score = (vectors: number, end: number, query: number, out: number, bytes: number) => void;

/** Vectors of one dimension in one flat memory, scored against a query in one pass by a metric. */
export class VectorStore {
  readonly #dimension: number;
  readonly #metric: MetricMeaning;
  readonly #stride: number;
  readonly #base: number;
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #score: Score;
  #length = 0;

  constructor(dimension: number, metric: Metric = "cosine") {
    this.#dimension = dimension;
    this.#metric = metrics[metric];
    this.#stride = Math.ceil(dimension / STEP) * STEP;
    this.#base = this.#stride + BLOCK_ROWS;
    const { exports } = new WebAssembly.Instance(compiled[this.#metric.sum], { env: { memory: this.#memory } });
    this.#score = exports["score"] as Score;
    this.#reserve(0);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a vector at the end. */
  push(vector: Float32Array): void {
    this.#reserve(this.#length + 1);
    this.#length++;
    this.#write(this.#offset(this.#length - 1), vector);
  }

  /** Removes a row by moving the last one into its place. */
  swapRemove(row: number): void {
    const last = this.#length - 1;
    const floats = this.#floats();
    floats.copyWithin(this.#offset(row), this.#offset(last), this.#offset(last) + this.#stride);
    this.#length = last;
  }

  /** Score of every row for the query: [length]. */
  scores(query: Float32Array): Float32Array {
    const scores = new Float32Array(this.#length);
    this.#write(0, query);
    const floats = this.#floats();
    for (let row = 0; row < this.#length; row += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, this.#length - row);
      this.#score(4 * this.#offset(row), 4 * this.#offset(row + rows), 0, 4 * this.#stride, 4 * this.#stride);
      scores.set(floats.subarray(this.#stride, this.#stride + rows), row);
    }
    const { sum, ofSum } = this.#metric;
    return sum === "products" ? scores : scores.map(ofSum);
  }

  /** The same for some rows: [rows]. */
  scoresAt(rows: readonly number[], query: Float32Array): Float32Array {
    this.#write(0, query);
    const floats = this.#floats();
    return Float32Array.from(rows, (row) => {
      this.#score(4 * this.#offset(row), 4 * this.#offset(row + 1), 0, 4 * this.#stride, 4 * this.#stride);
      return this.#metric.ofSum(floats[this.#stride] ?? 0);
    });
  }

  #offset(row: number): number {
    return this.#base + row * this.#stride;
  }

  /** Memory grows by a quarter, so that a bulk load does not grow it at every row. */
  #reserve(rows: number): void {
    const missing = 4 * this.#offset(rows) - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(Math.max(missing, this.#memory.buffer.byteLength / 4) / PAGE_BYTES));
  }

  /** A view for now: growing the memory detaches it. */
  #floats(): Float32Array {
    return new Float32Array(this.#memory.buffer);
  }

  #write(offset: number, vector: Float32Array): void {
    const target = this.#floats().subarray(offset, offset + this.#stride);
    const norm = this.#metric.isScaled ? Math.hypot(...vector) : 1;
    for (let at = 0; at < this.#dimension; at++) target[at] = norm === 0 ? 0 : (vector[at] ?? 0) / norm;
  }
}
