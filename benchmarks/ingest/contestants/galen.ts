// `node galen.ts fp32|int8`: Galen as a contestant, as a user of the library has it.
import { readFile } from "node:fs/promises";
import { modelPrecisions } from "@galen/core";
import type { Collection } from "@galen/db";
import { openDatabase } from "@galen/rag";
import { answerRequests } from "../../embed/contestants/answer-requests.ts";
import type { IngestAnswers, IngestRequest } from "../protocol.ts";

const precision = modelPrecisions.find((name) => name === process.argv[2]);
if (precision === undefined) throw new Error(`name a precision: ${modelPrecisions.join(" or ")}`);

/** What one call of `upsert` takes. */
const BATCH = 1_000;

let opened: { readonly collection: Collection; readonly documents: readonly unknown[] } | undefined;

await answerRequests<IngestRequest, IngestAnswers>({
  load: async ({ model, documents, folder }) => {
    const read = JSON.parse(await readFile(documents, "utf8")) as unknown[];
    const start = performance.now();
    const database = await openDatabase(folder);
    const collection = await database.createCollection({ name: "ingest", model, precision });
    const embedder = await collection.embedder();
    await embedder.embedQuery("warm up");
    opened = { documents: read, collection };
    return { ms: performance.now() - start, versions: { galen: embedder.model } };
  },
  index: async () => {
    const { collection, documents } = requireOpened();
    const start = performance.now();
    for (let at = 0; at < documents.length; at += BATCH) await collection.upsert(documents.slice(at, at + BATCH));
    await collection.settle();
    return { ms: performance.now() - start, documents: await collection.count() };
  },
  search: async ({ query }) => {
    const { hits } = await requireOpened().collection.search({ query });
    return { ids: hits.map(({ id }) => id) };
  },
});

function requireOpened() {
  if (opened === undefined) throw new Error("the first request is `load`");
  return opened;
}
