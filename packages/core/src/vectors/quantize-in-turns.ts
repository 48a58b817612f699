import { Turn } from "../tokens/turn.ts";
import { quantizers } from "./precision.ts";
import type { Precision, VectorOfPrecision } from "./precision.ts";
import { joinRanges, quantizationRanges } from "./quantization-ranges.ts";
import type { CalibratedRanges, QuantizationRanges } from "./quantization-ranges.ts";
import { quantizeRows } from "./quantize.ts";

// 256 vectors of 1024 components take well below a millisecond.
const ROWS_PER_LOOK = 256;

/**
 * `quantizeEmbeddings` for very many vectors that have been checked: other events get their turn meanwhile.
 * @throws the signal's reason.
 */
export async function quantizeInTurns<P extends Precision>(
  vectors: readonly Float32Array[],
  {
    precision,
    ranges,
    signal,
  }: { precision: P; ranges: QuantizationRanges | undefined; signal?: AbortSignal | undefined },
): Promise<VectorOfPrecision[P][]> {
  const quantizer = quantizers[precision];
  const turn = new Turn(signal);
  const known = ranges ?? (quantizer.usesRanges ? await rangesInTurns(vectors, turn) : undefined);
  const size = quantizer.size(vectors[0]?.length ?? 0);
  const all = quantizer.allocate(vectors.length * size);
  const rows: VectorOfPrecision[P][] = [];
  for (let start = 0; start < vectors.length; start += ROWS_PER_LOOK) {
    if (turn.isOver()) await turn.next();
    const slice = vectors.slice(start, start + ROWS_PER_LOOK);
    all.set(quantizeRows(slice, { precision, ranges: known }), start * size);
    for (const row of slice.keys()) {
      rows.push(all.subarray((start + row) * size, (start + row + 1) * size) as VectorOfPrecision[P]);
    }
  }
  return rows;
}

/** `quantizationRanges` for very many vectors that have been checked; `undefined` without any. */
export async function rangesInTurns(
  vectors: readonly Float32Array[],
  turn: Turn,
): Promise<CalibratedRanges | undefined> {
  let ranges: CalibratedRanges | undefined;
  for (let start = 0; start < vectors.length; start += ROWS_PER_LOOK) {
    if (turn.isOver()) await turn.next();
    const more = quantizationRanges(vectors.slice(start, start + ROWS_PER_LOOK));
    ranges = ranges === undefined ? more : joinRanges(ranges, more);
  }
  return ranges;
}
