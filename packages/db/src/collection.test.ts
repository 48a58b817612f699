import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "./database.ts";
import type { CollectionConfigInput } from "./schemas/collection.ts";

async function openCollection(config: Partial<CollectionConfigInput> = {}, embedder = new FakeEmbedder()) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const database = stack.use(await Database.open(folder.path, { loadEmbedder: async () => embedder }));
  const collection = await database.createCollection({ name: "medquad", ...config });
  return { collection, database, embedder, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const documents = [
  { id: "insulin", title: "Insulin", text: "Insulin lowers blood glucose.", metadata: { year: 2019, source: "NIDDK" } },
  { id: "stones", title: "Kidney stones", text: "Drink water to prevent kidney stones.", tags: ["kidney"] },
  { id: "asthma", text: "Asthma narrows the airways.", metadata: { year: 2021 } },
];

test("stored documents are read back as given and found in every mode", async () => {
  await using opened = await openCollection();
  const { collection } = opened;
  expect(await collection.upsert(documents)).toEqual({
    upserted: 3,
    unchanged: 0,
    duplicates: 0,
    failed: [],
    ids: ["insulin", "stones", "asthma"],
    version: 1,
  });
  expect(await collection.get("insulin")).toMatchObject({ ...documents[0], passages: [{ start: 0, end: 29 }] });
  expect(await collection.get("none")).toBeUndefined();
  for (const mode of ["hybrid", "dense", "keyword"] as const) {
    const { hits, exact } = await collection.search({ query: "kidney stones", mode, explain: true });
    expect(exact).toBe(true);
    expect(hits[0]).toMatchObject({ id: "stones", title: "Kidney stones", tags: ["kidney"], text: documents[1]?.text });
    expect(hits[0]?.highlights.map(({ field, start, end }) => [field, start, end])).toEqual([
      ["title", 0, 6],
      ["title", 7, 13],
      ["text", 23, 29],
      ["text", 30, 36],
    ]);
  }
  expect(await collection.info()).toMatchObject({ documents: 3, passages: 3 });
  expect(await collection.verify()).toMatchObject({ ok: true, documents: 3, passages: 3 });
});
