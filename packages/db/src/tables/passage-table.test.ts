import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { connectTables } from "./connection.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { PassageTable } from "./passage-table.ts";

const shape = { dimension: 32, fields: { even: "boolean" } } as const;
const embedder = new FakeEmbedder({ dimension: 32 });

const bare = {
  title: undefined,
  tags: undefined,
  source: undefined,
  contentHash: "",
  textHash: "",
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

async function embedded(ids: readonly string[]): Promise<EmbeddedDocument[]> {
  return Promise.all(
    ids.map(async (id, at) => {
      const vectors = await embedder.embedDocuments([`text ${id}`, `${id} one two`]);
      const longer = vectors.map((vector) => vector.map((value) => value * (1 + at)));
      return {
        ...bare,
        id,
        text: `text ${id} one two`,
        metadata: { even: Number(id.slice(1)) % 2 === 0 },
        passages: [
          { start: 0, end: 5 },
          { start: 5, end: 14 },
        ],
        vectors,
        named: { far: longer, long: longer },
      };
    }),
  );
}

const ids = Array.from({ length: 50 }, (_, at) => `d${at}`);
const best = (scored: readonly { id: string; score: number; rev: number }[]) =>
  scored
    .map(({ id, rev, score }) => ({ id, rev, score: Number(score.toFixed(4)) }))
    .sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1))
    .slice(0, 20);

const NAMES = ["default", "far", "long"];

test.each(NAMES)(
  "%s vectors in memory give what LanceDB gives: after writes, deletions, reopening, and with a filter",
  async (vectors) => {
    await using folder = await temporaryDirectory();
    const connection = await connectTables(folder.path);
    const location = { folder: folder.path, name: "t" };
    const several = {
      ...shape,
      vectors: { far: { dimension: 32, metric: "l2" }, long: { dimension: 32, metric: "dot" } },
    } as const;
    const written = await PassageTable.create(connection, location, several);
    await written.replace(await embedded(ids), 1);
    await written.replace(await embedded(ids.slice(10, 20)), 2);
    await written.removeDocuments(["d3", "d49", "none"]);
    const query = await embedder.embedQuery("text d7 one");
    for (const where of [undefined, "`f_even` = true", "doc_id = 'd7'", "false"]) {
      const resident = best((await written.nearest(query, { where, limit: 20, vectors })).passages);
      const fresh = await PassageTable.open(location, several);
      const all = (where === undefined ? 96 : await written.countRows(where)) || 1;
      const fromTable = (await fresh.nearest(query, { where, limit: all, vectors })).passages.slice(0, 96);
      expect(best(fromTable)).toEqual(resident);
      const scores = await written.vectorScores(query, ["d7#0", "d7#1", "d3#0"], { vectors });
      const others = await fresh.vectorScores(query, ["d7#0", "d7#1", "d3#0"], { vectors });
      expect([...scores.keys()].sort()).toEqual(["d7#0", "d7#1"]);
      for (const [id, score] of scores) expect(others.get(id)).toBeCloseTo(score, 5);
    }
  },
);

test("vectors are loaded by the first search after opening, and follow the writer", async () => {
  await using folder = await temporaryDirectory();
  const connection = await connectTables(folder.path);
  const location = { folder: folder.path, name: "t" };
  await (await PassageTable.create(connection, location, shape)).replace(await embedded(ids), 1);
  const table = await PassageTable.open(location, shape);
  const query = await embedder.embedQuery("text d7 one");
  expect(table.residentRows).toBeUndefined();
  await table.nearest(query, { where: undefined, limit: 5 });
  await expect.poll(() => table.residentRows).toBe(100);
  for (let round = 1; round < 5; round++) {
    await table.replace(await embedded([`d${round}`, `n${round}`]), round + 1);
    const found = best((await table.nearest(query, { where: undefined, limit: 200 })).passages);
    expect(table.residentRows).toBe(100 + 2 * round);
    const fresh = await PassageTable.open(location, shape);
    expect(found).toEqual(best((await fresh.nearest(query, { where: undefined, limit: 200 })).passages));
  }
});

test("a failed commit does not leave vectors that may be wrong", async () => {
  await using folder = await temporaryDirectory();
  const connection = await connectTables(folder.path);
  const location = { folder: folder.path, name: "t" };
  const table = await PassageTable.create(connection, location, shape);
  await table.replace(await embedded(["d1"]), 1);
  const [wrong] = await embedded(["d2"]);
  if (!wrong) throw new Error("one document");
  await expect(table.replace([{ ...wrong, metadata: { even: "no" } }], 2)).rejects.toThrow("not a boolean");
  expect(table.residentRows).toBeUndefined();
  const query = await embedder.embedQuery("text d1");
  const { passages } = await table.nearest(query, { where: undefined, limit: 5 });
  expect(best(passages).map(({ id }) => id)).toEqual(["d1#0", "d1#1"]);
});

test("a table can be closed while it is read: what has begun ends with its answer", async () => {
  await using folder = await temporaryDirectory();
  const connection = await connectTables(folder.path);
  const table = await PassageTable.create(connection, { folder: folder.path, name: "t" }, shape);
  await table.replace(await embedded(ids), 1);
  const counting = Array.from({ length: 20 }, () => table.countRows());
  expect(() => table[Symbol.dispose]()).not.toThrow();
  expect(await Promise.all(counting)).toEqual(Array.from({ length: 20 }, () => 100));
});

test("a table too large for memory gives single passages the scores that they have among all, whether they were found before or not", async () => {
  await using folder = await temporaryDirectory();
  const connection = await connectTables(folder.path);
  const large = await PassageTable.create(connection, { folder: folder.path, name: "t" }, shape, { exactRows: 1 });
  await large.replace(await embedded(ids), 1);
  await large.optimize();
  const query = { text: "one d7 d8" };
  const [vector = new Float32Array()] = await embedder.embedDocuments([query.text]);
  const all = { where: undefined, limit: 100 };
  const words = new Map((await large.matching(query, all)).map(({ id, score }) => [id, score]));
  const { passages } = await large.nearest(vector, all);
  const nearest = new Map(passages.map(({ id, score }) => [id, score]));
  large.forgetVectors();
  expect(large.residentRows).toBeUndefined();
  await large.matching({ text: "d7" }, all); // its rows are known then, the others are not
  for (const asked of [["d7#0"], ["d7#0", "d8#1", "d3#0"], ["d8#1"], ["gone#0"]]) {
    const scores = await large.matchScores(query, asked);
    expect(asked.map((id) => scores.get(id))).toEqual(asked.map((id) => words.get(id)));
    const cosines = await large.vectorScores(vector, asked);
    expect(asked.map((id) => cosines.get(id))).toEqual(asked.map((id) => nearest.get(id)));
  }
});
