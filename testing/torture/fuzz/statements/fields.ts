import type { ConditionField } from "../../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";

/** What rows can be asked for, as it is written in statements. */
export const FIELDS: readonly ConditionField[] = [
  { written: "id", path: ["id"] },
  { written: "ID", path: ["id"] },
  { written: "text", path: ["text"] },
  { written: "tags", path: ["tags"] },
  { written: "ward", path: ["data", "ward"] },
  { written: "WARD", path: ["data", "WARD"] },
  { written: "year", path: ["data", "year"] },
  { written: "a", path: ["data", "a"] },
  { written: "[a]", path: ["data", "a"] },
  { written: "b", path: ["data", "b"] },
  { written: "n.k[0]", path: ["data", "n", "k", 0] },
  { written: "[n.k[2].z]", path: ["data", "n", "k", 2, "z"] },
  { written: "n.list", path: ["data", "n", "list"] },
  { written: "[a b]", path: ["data", "a b"] },
  { written: "constructor", path: ["data", "constructor"] },
  { written: "__proto__", path: ["data", "__proto__"] },
  { written: "toString", path: ["data", "toString"] },
  { written: "none.at[7].all", path: ["data", "none", "at", 7, "all"] },
];

/** Its numbers have several ways to be written as text. */
export const BIG: ConditionField = { written: "big", path: ["data", "big"] };
