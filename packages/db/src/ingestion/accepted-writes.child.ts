// Accepts writes and says so, a line each, until it is killed: `node accepted-writes.child.ts FOLDER FIRST`.
import { FakeEmbedder } from "@galen/testing";
import { Database } from "../database.ts";

const [, , folder = "", first = "0"] = process.argv;

await using database = await Database.open(folder, { loadEmbedder: async () => new FakeEmbedder() });
const collection = await database.collection("c");
for (let write = Number(first); write < 1_000; write++) {
  // Without ids: they must come out the same when the write is done again.
  await collection.accept(Array.from({ length: 200 }, (_, at) => ({ text: `Write ${write}, text ${at}.` })));
  process.stdout.write("accepted\n");
}
