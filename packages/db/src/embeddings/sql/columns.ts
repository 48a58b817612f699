import { queryError } from "./query-error.ts";
import type { Column } from "./syntax-tree.ts";

/** Columns that every row has, in the order of `select *`. */
export const COLUMNS: Readonly<Record<string, string>> = {
  indexid: "s.indexid",
  id: "s.id",
  text: "s.text",
  tags: "s.tags",
  entry: "s.entry",
  data: "d.data",
  object: "o.object",
  score: "r.score",
};

export function isOwnColumn(name: string): boolean {
  return Object.hasOwn(COLUMNS, name.toLowerCase());
}

const STEP = /\[(\d{1,9})\]|(?:^|\.)([^.[\]"]+)/y;

/** A name as SQLite's path into JSON: `n.k[2].z` is `$."n"."k"[2]."z"`. */
export function jsonPath({ name, at }: Column): string {
  let path = "$";
  STEP.lastIndex = 0;
  for (let end = 0; end < name.length; end = STEP.lastIndex) {
    const [, place, member] = STEP.exec(name) ?? [];
    if (member !== undefined) path += `."${member}"`;
    else if (place !== undefined) path += `[${place}]`;
    else throw queryError("A name cannot be read", at);
  }
  if (path === "$") throw queryError("A name is empty", at);
  return path;
}
