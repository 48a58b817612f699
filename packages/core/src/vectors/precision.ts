/** The typed array that holds a vector of each precision. */
export interface VectorOfPrecision {
  /** One float32 for each component. */
  readonly float32: Float32Array;
  /** −128…127 for each component: its place between the smallest and the largest value that the ranges give it. */
  readonly int8: Int8Array;
  /** The same as 0…255. */
  readonly uint8: Uint8Array;
  /** One bit for each component, 1 when it is positive; eight to a byte, the first the most significant; each byte less 128. */
  readonly binary: Int8Array;
  /** The same bytes as they are. */
  readonly ubinary: Uint8Array;
}

/** How the components of a vector are stored, by the names of sentence-transformers. */
export type Precision = keyof VectorOfPrecision;

/** Where the 256 steps of each component begin, and how wide they are. */
export interface Steps {
  readonly starts: Float32Array;
  readonly widths: Float32Array;
}

/** How one precision stores vectors. */
export interface Quantizer<P extends Precision> {
  /** Whether it divides components into steps, and so needs ranges. */
  readonly usesRanges: boolean;
  /** Elements that hold `dimension` components. */
  size(dimension: number): number;
  allocate(size: number): VectorOfPrecision[P];
  write(vector: Float32Array, stored: VectorOfPrecision[P], steps: Steps): void;
}

const bytes = (dimension: number): number => Math.ceil(dimension / 8);
const elements = (dimension: number): number => dimension;

/** By name. The formulas are those of sentence-transformers 6 (`util/quantization.py` `quantize_embeddings`). */
export const quantizers: { readonly [P in Precision]: Quantizer<P> } = {
  float32: {
    usesRanges: false,
    size: elements,
    allocate: (size) => new Float32Array(size),
    write: (vector, stored) => stored.set(vector),
  },
  int8: {
    usesRanges: true,
    size: elements,
    allocate: (size) => new Int8Array(size),
    write: (vector, stored, steps) => writeSteps(vector, stored, steps, { offset: -128 }),
  },
  uint8: {
    usesRanges: true,
    size: elements,
    allocate: (size) => new Uint8Array(size),
    write: (vector, stored, steps) => writeSteps(vector, stored, steps, { offset: 0 }),
  },
  binary: {
    usesRanges: false,
    size: bytes,
    allocate: (size) => new Int8Array(size),
    write: (vector, stored) => writeBits(vector, stored, { offset: -128 }),
  },
  ubinary: {
    usesRanges: false,
    size: bytes,
    allocate: (size) => new Uint8Array(size),
    write: (vector, stored) => writeBits(vector, stored, { offset: 0 }),
  },
};

/** Every precision by its name. */
export const precisions = Object.keys(quantizers) as [Precision, ...Precision[]];

// numpy computes with float32 throughout; so must this, for a component on the border of two steps.
function writeSteps(
  vector: Float32Array,
  stored: Int8Array | Uint8Array,
  { starts, widths }: Steps,
  { offset }: { offset: number },
): void {
  for (let component = 0; component < vector.length; component++) {
    const distance = Math.fround((vector[component] ?? 0) - (starts[component] ?? 0));
    const step = Math.floor(Math.fround(distance / (widths[component] ?? 1)));
    stored[component] = Math.min(Math.max(step, 0), 255) + offset; // what lies outside the range is clipped
  }
}

// numpy.packbits of one row: a dimension that is no multiple of 8 leaves zeros at the end.
function writeBits(vector: Float32Array, stored: Int8Array | Uint8Array, { offset }: { offset: number }): void {
  for (let byte = 0; byte < stored.length; byte++) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit++) bits = (bits << 1) | ((vector[byte * 8 + bit] ?? 0) > 0 ? 1 : 0);
    stored[byte] = bits + offset;
  }
}
