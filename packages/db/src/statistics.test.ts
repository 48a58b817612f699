import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "./database.ts";

test("counts documents, lengths, fields, bytes and what is not indexed yet", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() });
  const collection = await database.createCollection({ name: "c", fields: { year: "number", kind: "string" } });
  expect(await collection.statistics()).toMatchObject({
    documents: 0,
    passages: 0,
    fields: { year: { documents: 0 } },
  });
  expect(await collection.statistics()).not.toHaveProperty("text_length");
  const documents = Array.from({ length: 100 }, (_, at) => ({
    id: `d${at}`,
    text: "x".repeat(at + 1),
    metadata: { ...(at % 2 === 0 && { year: at }), note: { deep: 1 } },
  }));
  await collection.upsert(documents);
  await collection.sources.set("file", { hash: "h", documents: 100 });
  const before = await collection.statistics();
  expect(before).toMatchObject({
    documents: 100,
    passages: 100,
    text_length: { total: 5_050, min: 1, median: 50, p95: 95, max: 100 },
    sources: 1,
    fields: { year: { type: "number", documents: 50 }, kind: { type: "string", documents: 0 } },
    undeclared_fields: ["note", "note.deep"],
    indexes: { text_unindexed: 100 },
  });
  expect(before.bytes.data).toBeGreaterThan(100 * 4 * 16);
  await collection.settle();
  const after = await collection.statistics();
  expect(after.indexes.text_unindexed).toBe(0);
  expect(after.bytes.indexes).toBeGreaterThan(0);
  const { bytes } = await collection.info();
  expect(after.bytes.data + after.bytes.indexes + after.bytes.versions).toBe(bytes);
});
