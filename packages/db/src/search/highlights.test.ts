import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { Database } from "../database.ts";

test("words with the query's stems are marked, in UTF-16 offsets, in text and title", async () => {
  await using folder = await temporaryDirectory();
  await using database = await Database.open(folder.path, { loadEmbedder: async () => new FakeEmbedder() });
  const collection = await database.createCollection({ name: "c" });
  const title = "Stones 😀 of the KIDNEY";
  const text = "😀😀 naïve kidneys; the café's stone—COVID-19, p<0.05. A" + "a".repeat(60);
  await collection.upsert([{ id: "a", title, text }]);
  const marked = async (query: string) => {
    const { hits } = await collection.search({ query, mode: "dense" });
    const [hit] = hits;
    return hit?.highlights.map(({ start, end, field }) =>
      (field === "title" ? (hit.title ?? "") : hit.text).slice(start, end),
    );
  };
  expect(await marked("kidney stone")).toEqual(["Stones", "KIDNEY", "kidneys", "stone"]);
  expect(await marked("the naive cafe")).toEqual(["naïve", "café"]);
  expect(await marked("covid-19 0.05")).toEqual(["COVID", "19", "0", "05"]);
  expect(await marked("the of a")).toEqual([]);
  expect(await marked("a".repeat(61))).toEqual([]);
  expect(await marked("日本語 \u0000 galenseparatorword")).toEqual([]);
});
