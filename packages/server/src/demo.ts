import { join } from "node:path";
import type { Collection, Database } from "@galen/db";
import type { CollectionConfigInput } from "@galen/db/schemas";
import { withDefaults, type CollectionDefaults } from "./collection-defaults.ts";
import { answer, ingest, type Answer, type IngestProgress } from "@galen/rag";

/** What is typed and indexed of the demo records; `id`, `title` and `text` are the documents' own. */
const DEMO_COLLECTION = {
  name: "demo",
  fields: { topic: "string", kind: "string", audience: "string", last_reviewed: "date" },
} as const satisfies CollectionConfigInput;

const EXAMPLE_QUESTION = "Can I take ibuprofen if I have high blood pressure?";

export interface DemoOptions {
  /** What the collection is made with. @default the built-in model in fp32 */
  readonly defaults?: CollectionDefaults;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
}

/**
 * The demo collection of `folder` (`passages.jsonl`). The first call stores it; later ones find its file unchanged and embed
 * nothing, and one that was stopped half-way is completed by the next.
 */
export async function ensureDemo(
  database: Database,
  folder: string,
  { defaults = { model: undefined, precision: "fp32" }, signal, onProgress }: DemoOptions = {},
): Promise<Collection> {
  const { name } = DEMO_COLLECTION;
  const exists = await database.hasCollection(name);
  const collection = await (exists
    ? database.collection(name)
    : database.createCollection(withDefaults(DEMO_COLLECTION, defaults)));
  await ingest(collection, [join(folder, "passages.jsonl")], {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  return collection;
}

/** One question to the demo collection with the answer that the product really gives. */
export async function exampleAnswer(
  collection: Collection,
  { signal }: Pick<DemoOptions, "signal"> = {},
): Promise<{ readonly question: string; readonly answer: Answer }> {
  const question = EXAMPLE_QUESTION;
  return { question, answer: await answer(collection, { question }, signal === undefined ? {} : { signal }) };
}
