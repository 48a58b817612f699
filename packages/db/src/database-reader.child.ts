// Writes without end until it is killed: `node database-reader.child.ts FOLDER`. Each round replaces all documents of a collection.
import { FakeEmbedder } from "@galen/testing";
import { Database } from "./database.ts";

const [, , folder = ""] = process.argv;
const DOCUMENTS = 60;

await using database = await Database.open(folder, { loadEmbedder: async () => new FakeEmbedder() });
const collection = await database.createCollection({ name: "c", fields: { round: "number" } });
for (let round = 1; round < 10_000; round++) {
  const documents = Array.from({ length: DOCUMENTS }, (_, at) => ({
    id: `d${at}`,
    text: `kidney text ${at} of round ${round}`,
    metadata: { round },
  }));
  const { version } = await collection.upsert(documents);
  if (round % 7 === 0) await collection.settle();
  if (round % 50 === 0) await collection.reindex({ fields: { round: "number", [`f${round}`]: "string" } });
  process.stdout.write(`${JSON.stringify({ round, version })}\n`);
}
