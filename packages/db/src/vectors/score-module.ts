/** What is added up over the components of two vectors: their products, or the squares of their differences. */
export type ScoreKind = "products" | "squares";

/**
 * A WebAssembly module with one function, score(vectors, end, query, out, bytes): for each row of `bytes` bytes from `vectors` up to
 * `end`, the sum over its components and those of the query goes to `out`. JavaScript has no SIMD: the same loop in it takes eight
 * times as long. Opcodes: WebAssembly core 2.0, §5.4 (instructions) and §5.5 (modules).
 */
export function scoreModule(kind: ScoreKind): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...MAGIC_AND_VERSION,
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, ...name("env"), ...name("memory"), 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("score"), 0x00, 0]),
    ...section(10, [1, ...sized([2, 1, I32, 3, V128, ...bodyOf(kind), END])]),
  ]);
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const [I32, V128, END] = [0x7f, 0x7b, 0x0b];
const [VECTORS, LAST, QUERY, OUT, BYTES, AT, EVEN, ODD, DIFFERENCE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const constant = (value: number) => [0x41, value];
const advance = (local: number, by: readonly number[]) => [...get(local), ...by, 0x6a, ...set(local)];
const loop = (...instructions: number[]) => [0x03, 0x40, ...instructions, END];
/** Back to the start of the loop while left < right, unsigned. */
const repeatWhileLess = (left: number, right: number) => [...get(left), ...get(right), 0x49, 0x0d, 0];
const load = (base: number, offset: number) => [...get(base), ...get(AT), 0x6a, 0xfd, 0x00, 2, offset];
const zero = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];
const F32X4_ADD = [0xfd, 0xe4, 0x01];
const F32X4_SUB = [0xfd, 0xe5, 0x01];
const F32X4_MUL = [0xfd, 0xe6, 0x01];
const F32_ADD = 0x92;

/** Of vectors[at..at+4] and query[at..at+4], which are on the stack. */
const terms: Readonly<Record<ScoreKind, readonly number[]>> = {
  products: F32X4_MUL,
  squares: [...F32X4_SUB, ...set(DIFFERENCE), ...get(DIFFERENCE), ...get(DIFFERENCE), ...F32X4_MUL],
};
/** sum += the terms of four components */
const accumulate = (sum: number, offset: number, kind: ScoreKind) => [
  ...get(sum),
  ...load(VECTORS, offset),
  ...load(QUERY, offset),
  ...terms[kind],
  ...F32X4_ADD,
  ...set(sum),
];
const lane = (index: number) => [...get(EVEN), 0xfd, 0x1f, index];
const storeLanes = [...get(OUT), ...lane(0), ...lane(1), F32_ADD, ...lane(2), ...lane(3), F32_ADD, F32_ADD, 0x38, 2, 0];

/** Two sums, so that an addition need not wait for the one before. */
const clear = [...zero, ...set(EVEN), ...zero, ...set(ODD), ...constant(0), ...set(AT)];
const addUp = (kind: ScoreKind) =>
  loop(
    ...accumulate(EVEN, 0, kind),
    ...accumulate(ODD, 16, kind),
    ...advance(AT, constant(32)),
    ...repeatWhileLess(AT, BYTES),
  );
const join = [...get(EVEN), ...get(ODD), ...F32X4_ADD, ...set(EVEN)];
const next = [...advance(OUT, constant(4)), ...advance(VECTORS, get(BYTES)), ...repeatWhileLess(VECTORS, LAST)];
/** Two sums, so that an addition need not wait for the one before. */
const bodyOf = (kind: ScoreKind) => loop(...clear, ...addUp(kind), ...join, ...storeLanes, ...next);

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

/** Length (LEB128, §5.2.2) and content. */
function sized(content: readonly number[]): number[] {
  const { length } = content;
  return [...(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...content];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}
