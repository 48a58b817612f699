// `node galen.ts fp32|int8`: Galen as a contestant, as a user of the library has it.
import { readFile } from "node:fs/promises";
import { modelPrecisions } from "@galen/core";
import type { Collection } from "@galen/db";
import { openDatabase } from "@galen/rag";
import { answerRequests } from "../../embed/contestants/answer-requests.ts";
import type { PeerAnswers, PeerRequest } from "../protocol.ts";

const precision = modelPrecisions.find((name) => name === process.argv[2]);
if (precision === undefined) throw new Error(`name a precision: ${modelPrecisions.join(" or ")}`);

const BATCH = 1_000;

let opened: { readonly collection: Collection; readonly documents: readonly unknown[] } | undefined;

await answerRequests<PeerRequest, PeerAnswers>({
  load: async ({ model, documents, folder }) => {
    const read = JSON.parse(await readFile(documents, "utf8")) as unknown[];
    const start = performance.now();
    const database = await openDatabase(folder);
    const collection = await database.createCollection({ name: "peers", model, precision });
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
  search: async ({ mode, queries, limit }) => {
    const { collection } = requireOpened();
    const [ms, ids]: [number[], string[][]] = [[], []];
    for (const query of queries) {
      const start = performance.now();
      const { hits } = await collection.search({ query, mode, limit });
      ms.push(performance.now() - start);
      ids.push(hits.map(({ id }) => id));
    }
    return { ms, ids };
  },
});

function requireOpened() {
  if (opened === undefined) throw new Error("the first request is `load`");
  return opened;
}
