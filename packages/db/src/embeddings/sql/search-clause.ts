import type { Bindings } from "./bindings.ts";
import { queryError } from "./query-error.ts";
import type { Similar } from "./syntax-tree.ts";

/** A search that a statement asks for. */
export interface SearchClause {
  readonly query: string;
  /** Rows that it finds at most. */
  readonly candidates: number;
  /** Share of vectors in hybrid scores. */
  readonly weights: number | undefined;
  /** Another index than the first. */
  readonly index: string | undefined;
  /** Where it stands. */
  readonly at: number;
}

/** Whole numbers are candidates, others weights, texts name an index. @param depth candidates when none are named */
export function readSearch({ query, settings, at }: Similar, bindings: Bindings, depth: number): SearchClause {
  const text = bindings.valueOf(query);
  if (typeof text !== "string") throw queryError("similar() begins with a text", query.at);
  let [candidates, weights, index]: [number, number | undefined, string | undefined] = [depth, undefined, undefined];
  for (const setting of settings) {
    const value = bindings.valueOf(setting);
    if (typeof value === "string") index = value;
    else if (typeof value === "bigint" && value >= 1n) candidates = Number(value);
    else if (typeof value === "number" && value >= 0 && value <= 1) weights = value;
    else throw queryError("Candidates are a whole number from 1, weights a number from 0 to 1", setting.at);
  }
  return { query: text, candidates, weights, index, at };
}
