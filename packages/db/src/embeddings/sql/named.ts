import { find } from "./syntax-tree.ts";
import type { Expression } from "./syntax-tree.ts";

/** An expression that the configuration or the statement gives a name. */
export interface Name {
  readonly expression: Expression;
  /** What names mean inside of it. */
  readonly names: Names;
  /** Expressions in it, itself included. */
  readonly size: number;
  /** Whether its value depends on what searches find. */
  readonly usesScore: boolean;
}

/** By name in lower case. */
export type Names = ReadonlyMap<string, Name>;

/** Looked at once, since it may be used often. */
export function named(expression: Expression, names: Names): Name {
  let size = 0;
  find(expression, () => {
    size++;
    return false;
  });
  return { expression, names, size, usesScore: usesScore(expression, names) };
}

/** Whether its value depends on what searches find. */
export function usesScore(expression: Expression, names: Names): boolean {
  const found = find(expression, (inner) => {
    if (inner.type !== "column") return false;
    const lower = inner.name.toLowerCase();
    return lower === "score" || names.get(lower)?.usesScore === true;
  });
  return found !== undefined;
}
