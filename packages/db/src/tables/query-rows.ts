import type { FixedSizeList, Float32, RecordBatch, Table, Uint64, Utf8, Vector } from "apache-arrow";
import { arrow } from "./arrow.ts";
import { passageRow, scoredPassage } from "./passage-row.ts";
import type { PassageRow, ScoredPassage } from "./passage-row.ts";

/** What a query returns, as a whole or in batches. */
type Rows = Table | RecordBatch;

/** Few, since each costs a search 0.1 ms; the document and the number of the passage are in its id. */
export const ROW_COLUMNS = ["id", "doc_rev"];

export function passageRowsOf(rows: Rows): PassageRow[] {
  const revs = numbers(rows, "doc_rev");
  return strings(rows, "id").map((id, at) => passageRow(id, revs[at] ?? 0));
}

/** Decodes a chunk at once and cuts it: ten times as fast as value by value. Only where bytes are characters, as ids mostly are. */
export function strings(rows: Rows, name: string): string[] {
  const values: Vector<Utf8> | null = rows.getChild(name);
  return (values?.data ?? []).flatMap((chunk) => {
    const { length, valueOffsets, values: bytes } = chunk;
    const [start = 0, end = 0] = [valueOffsets[0], valueOffsets[length]];
    const text = decoder.decode(bytes.subarray(start, end));
    if (text.length !== end - start) return Array.from(new arrow.Vector([chunk]), String);
    return Array.from({ length }, (_, at) =>
      text.slice((valueOffsets[at] ?? 0) - start, (valueOffsets[at + 1] ?? 0) - start),
    );
  });
}

const decoder = new TextDecoder();

export function numbers(rows: Rows, name: string): ArrayLike<number> {
  return rows.getChild(name)?.toArray() ?? [];
}

/** Stable row ids, which are far below 2⁵³. Read as halves: a big integer for each would be made only to be converted. */
export function rowIds(rows: Rows): number[] {
  const values: Vector<Uint64> | null = rows.getChild("_rowid");
  return (values?.data ?? []).flatMap(({ length, values: chunk }) => {
    const halves = new Uint32Array(chunk.buffer, chunk.byteOffset, 2 * length);
    return Array.from({ length }, (_, at) => (halves[2 * at] ?? 0) + (halves[2 * at + 1] ?? 0) * 2 ** 32);
  });
}

/** The stored vector of each row, copied out of the result's buffers, which may be longer than the rows. */
export function rowVectors(rows: Rows, column: string): Float32Array[] {
  const vectors: Vector<FixedSizeList<Float32>> | null = rows.getChild(column);
  return (vectors?.data ?? []).flatMap(({ length, type: { listSize }, children }) => {
    const values: Float32Array = children[0]?.values ?? new Float32Array();
    return Array.from({ length }, (_, at) => values.slice(at * listSize, (at + 1) * listSize));
  });
}

/** Rows with their scores: one object a row, since a search makes thousands. */
export function scoredRows(rows: Rows, score: (at: number) => number): ScoredPassage[] {
  const revs = numbers(rows, "doc_rev");
  return strings(rows, "id").map((id, at) => scoredPassage(id, revs[at] ?? 0, score(at)));
}
