import type { RecordBatch, Table } from "apache-arrow";
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

export function strings(rows: Rows, name: string): string[] {
  return Array.from(rows.getChild(name) ?? [], String);
}

export function numbers(rows: Rows, name: string): ArrayLike<number> {
  return rows.getChild(name)?.toArray() ?? [];
}

/** The stored vector of each row, copied out of the result's buffers. */
export function rowVectors(rows: Rows): Float32Array[] {
  return (rows.getChild("vector")?.data ?? []).flatMap((chunk) => {
    const values: Float32Array = chunk.children[0]?.values ?? new Float32Array();
    const dimension = values.length / chunk.length;
    return Array.from({ length: chunk.length }, (_, at) => values.slice(at * dimension, (at + 1) * dimension));
  });
}

/** Rows with their scores: one object a row, since a search makes thousands. */
export function scoredRows(rows: Rows, score: (at: number) => number): ScoredPassage[] {
  const revs = numbers(rows, "doc_rev");
  return strings(rows, "id").map((id, at) => scoredPassage(id, revs[at] ?? 0, score(at)));
}
