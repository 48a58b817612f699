// Takes snapshots, restores and removes them until it is killed: `node snapshots.child.ts FOLDER`.
import { FakeEmbedder } from "@galen/testing";
import { Database } from "../database.ts";

const [, , folder = ""] = process.argv;

await using database = await Database.open(folder, { loadEmbedder: async () => new FakeEmbedder() });
const collection = await database.collection("c");
for (let round = 0; round < 1_000; round++) {
  await collection.upsert(
    Array.from({ length: 20 }, (_, at) => ({ id: `d${at}`, text: `Round ${round}, text ${at}.` })),
  );
  const { id } = await database.snapshots.create("c");
  process.stdout.write(".");
  await database.snapshots.restore(id, { name: `r${round}` });
  await database.snapshots.restore(id, { name: "c", replace: true });
  const snapshots = await database.snapshots.list();
  if (snapshots.length > 3) await database.snapshots.remove(snapshots[0]?.id ?? "");
  if (round % 3 === 2) await database.dropCollection(`r${round}`);
}
