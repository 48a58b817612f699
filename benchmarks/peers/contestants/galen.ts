// `node galen.ts fp32|int8`: Galen as a contestant, indexing and searching as `galen eval retrieval` does.
import { readFile } from "node:fs/promises";
import { modelPrecisions } from "@galen/core";
import type { Collection } from "@galen/db";
import { openDatabase } from "@galen/rag";
import { answerRequests } from "../../embed/contestants/answer-requests.ts";
import type { PeersAnswers, PeersRequest } from "../protocol.ts";

const precision = modelPrecisions.find((name) => name === process.argv[2]);
if (precision === undefined) throw new Error(`name a precision: ${modelPrecisions.join(" or ")}`);

/** What one call of `upsert` takes. */
const BATCH = 256;

let opened: { readonly collection: Collection; readonly documents: readonly unknown[] } | undefined;

await answerRequests<PeersRequest, PeersAnswers>({
  load: async ({ model, documents, folder }) => {
    const read = JSON.parse(await readFile(documents, "utf8")) as unknown[];
    const database = await openDatabase(folder);
    const collection = await database.createCollection({ name: "peers", model, precision });
    const embedder = await collection.embedder();
    await embedder.embedQuery("warm up");
    opened = { documents: read, collection };
    return { versions: { galen: embedder.model }, max_tokens: embedder.maxTokens };
  },
  index: async () => {
    const { collection, documents } = requireOpened();
    const start = performance.now();
    for (let at = 0; at < documents.length; at += BATCH) {
      const { failed } = await collection.upsert(documents.slice(at, at + BATCH));
      if (failed[0] !== undefined) throw new Error(`${failed.length} documents cannot be stored: ${failed[0].message}`);
    }
    await collection.settle();
    const ms = performance.now() - start;
    const { documents: count, passages } = await collection.info();
    const { exact } = await collection.search({ query: "warm up", mode: "dense", limit: 1 });
    return { ms, documents: count, vectors: passages, vector_index: exact ? "flat" : "approximate" };
  },
  search: async ({ queries, mode, limit }) => {
    const { collection } = requireOpened();
    const ids: string[][] = [];
    const ms: number[] = [];
    for (const query of queries) {
      const start = performance.now();
      const { hits } = await collection.search({ query, mode, limit });
      ms.push(performance.now() - start);
      ids.push(hits.map(({ id }) => id));
    }
    return { ids, ms };
  },
});

function requireOpened() {
  if (opened === undefined) throw new Error("the first request is `load`");
  return opened;
}
