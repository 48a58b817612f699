import { Database } from "@galen/db";
import { FakeEmbedder } from "@galen/testing";
import { splitSentences } from "./documents.ts";

/** Small vectors: what is tested is not the arithmetic. */
const DIMENSION = 32;

/** The collection that is always there, once it has been created. */
export const MAIN = "main";
/** One that comes and goes. */
export const EXTRA = "extra";
/** A further name of one of them, most of the time. */
export const ALIAS = "live";
/** The models that collections are indexed with; the embedder knows any name. */
export const MODELS = ["fake-words", "other-words"] as const;

/** A database with an embedder that needs no model, and a passage a sentence. */
export function openDatabase(folder: string): Promise<Database> {
  return Database.open(folder, {
    loadEmbedder: async (model = "fake-words") => new FakeEmbedder({ model, dimension: DIMENSION, remember: false }),
    split: splitSentences,
  });
}
