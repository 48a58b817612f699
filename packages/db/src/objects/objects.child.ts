// Stores, replaces and deletes documents with objects and says so, until it is killed: `node objects.child.ts FOLDER ROUND`.
import { FakeEmbedder } from "@galen/testing";
import { Database } from "../database.ts";

const [, , folder = "", round = "0"] = process.argv;
/** A few blocks, so that writing them takes a while. */
const BYTES = 300_000;

await using database = await Database.open(folder, { loadEmbedder: async () => new FakeEmbedder() });
const collection = await database.collection("c");
for (let write = 0; write < 10_000; write++) {
  const id = `d${write % 7}`;
  const mark = `${round}-${write}`;
  const isDeleted = write % 5 === 4;
  const object = { media_type: "application/pdf", bytes: Buffer.from(`${mark};`.repeat(BYTES / mark.length)) };
  process.stdout.write(`begun ${id} ${isDeleted ? "deleted" : mark}\n`);
  if (isDeleted) await collection.delete({ ids: [id] });
  else if (write % 5 === 3 && (await collection.get(id))) await collection.setObject(id, object);
  else await collection.upsert([{ id, text: `Scan ${mark}.`, object }]);
  process.stdout.write(`done ${id} ${isDeleted ? "deleted" : mark}\n`);
}
