import { DbError } from "@galen/db";
import assert from "node:assert/strict";
import type { ModelOperation } from "../model-operation.ts";

export const settle: ModelOperation = {
  weight: 2,
  run: ({ collection }) => collection.settle(),
};

/** Bad requests change nothing and are refused by their codes. */
export const refuse: ModelOperation = {
  weight: 3,
  async run({ random, collection }) {
    const [code, run] = random.pick<readonly [string, () => Promise<unknown>]>([
      ["filter_field_unknown", () => collection.count({ "no.such.field": 1 })],
      ["filter_invalid", () => collection.delete({ filter: { year: "2010" } })],
      ["query_invalid", () => collection.search({ query: " " })],
      ["query_invalid", () => collection.list({ limit: 0 })],
      ["query_invalid", () => collection.delete({} as never)],
      ["cursor_invalid", () => collection.list({ cursor: "x" })],
      ["cursor_invalid", () => collection.search({ query: "stone", cursor: "x" })],
    ]);
    await assert.rejects(run, (error) => error instanceof DbError && error.code === code);
  },
};
