import { basename } from "node:path";
import type { MatchingPair } from "@galen/core";
import { RagError, readJsonLines } from "@galen/rag";

/** Two texts and two vectors of each pair are held in memory: about 10 KB with the built-in model. */
const MAX_PAIRS = 500_000;

export interface PairFields {
  readonly a: string;
  readonly b: string;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Two fields of each record of a JSON Lines file, plain or gzipped.
 *
 * @throws {RagError} what `readJsonLines` throws; `field_missing` for a record without one of the fields, or with one that is no text
 * or empty, `source_too_large` for more pairs than are held in memory. Always with the line, never with the text.
 */
export async function readPairs(path: string, { a, b, limit, signal }: PairFields): Promise<MatchingPair[]> {
  const pairs: MatchingPair[] = [];
  const most = Math.min(limit ?? MAX_PAIRS, MAX_PAIRS);
  for await (const { value, line } of readJsonLines(path, { signal })) {
    if (pairs.length === most && limit === undefined) throw tooMany(path);
    const where = `${basename(path)}, line ${line}`;
    pairs.push({ a: textOf(value, a, where), b: textOf(value, b, where) });
    if (pairs.length === limit) break;
  }
  return pairs;
}

function textOf(record: Readonly<Record<string, unknown>>, field: string, where: string): string {
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  if (typeof value === "string" && value.trim() !== "") return value;
  const problem =
    value === undefined ? "is not there" : typeof value === "string" ? "is empty" : `is ${kindOf(value)}, not a text`;
  throw new RagError("field_missing", `${where}: the field ${JSON.stringify(field)} ${problem}`, {
    hint: "Name the two text fields with --a and --b; every record needs both.",
    details: { field },
  });
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function tooMany(path: string): RagError {
  return new RagError("source_too_large", `${basename(path)} holds more than ${MAX_PAIRS} pairs`, {
    hint: "Take the first ones with --limit; a hundred thousand say the same as a million.",
  });
}
