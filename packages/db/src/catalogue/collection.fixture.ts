import type { NewCollection } from "./catalogue.ts";

/** Enough of a collection for tests of what stores it. */
export const newCollection: NewCollection = {
  id: "c",
  name: "c",
  modelName: undefined,
  model: "m",
  precision: "fp32",
  dimension: 4,
  metric: "cosine",
  vectors: {},
  fields: {},
  table: "t",
};
