import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { connectTables } from "./connection.ts";
import type { EmbeddedDocument } from "./passage-rows.ts";
import { PassageTable } from "./passage-table.ts";

const DIMENSION = 64;
const shape = { dimension: DIMENSION, fields: { even: "boolean" } } as const;
/** A table of this size would be kept in memory otherwise. */
const limits = { exactRows: 1_000 };

/** A generator of its own, so that a failure repeats: vectors around 40 centres, as embeddings of 40 subjects are. */
function clustered(seed: number) {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const gauss = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const centres = Array.from({ length: 40 }, () => Array.from({ length: DIMENSION }, gauss));
  return () => {
    const centre = centres[Math.floor(uniform() * centres.length)] ?? [];
    return Float32Array.from(centre, (value) => value + 0.5 * gauss());
  };
}

function documents(first: number, vectors: readonly Float32Array[]): EmbeddedDocument[] {
  return vectors.map((vector, at) => ({
    id: `d${first + at}`,
    text: `text ${first + at}`,
    title: undefined,
    tags: undefined,
    metadata: { even: (first + at) % 2 === 0 },
    source: undefined,
    passages: [{ start: 0, end: 6 }],
    contentHash: "",
    textHash: "",
    createdAt: new Date(0),
    updatedAt: new Date(0),
    vectors: [vector],
  }));
}

function cosine(left: Float32Array, right: Float32Array): number {
  const dot = left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
  return dot / (Math.hypot(...left) * Math.hypot(...right));
}

test(
  "a table that outgrows memory gets an index that finds the nearest, filters stay exact, and growth retrains it",
  { timeout: 60_000 },
  async () => {
    await using folder = await temporaryDirectory();
    using connection = { database: await connectTables(folder.path), [Symbol.dispose]: () => undefined };
    const location = { folder: folder.path, name: "t" };
    using table = await PassageTable.create(connection.database, location, shape, limits);
    const next = clustered(7);
    const vectors = Array.from({ length: 1_000 }, next);
    await table.replace(documents(0, vectors), 1);
    await table.optimize();
    expect(await table.maintainVectorIndexes(), "all of it fits in memory").toEqual({});

    const more = Array.from({ length: 12_000 }, next);
    vectors.push(...more);
    await table.replace(documents(1_000, more), 2);
    await table.optimize();
    const vectorIndexes = await table.maintainVectorIndexes();
    const { default: facts } = vectorIndexes;
    expect(facts).toMatchObject({ trained_rows: 13_000, probed_rows: 13_000, partitions: 4 });
    expect(facts?.recall).toBeGreaterThanOrEqual(0.98);
    expect(await table.maintainVectorIndexes(), "nothing has changed").toEqual({});

    const tableVersion = await table.makeDurable();
    using reopened = await PassageTable.open(location, shape, { tableVersion, vectorIndexes, ...limits });
    const queries = Array.from({ length: 20 }, next);
    let found = 0;
    for (const query of queries) {
      const scored = vectors.map((vector, at) => ({ id: `d${at}#0`, score: cosine(query, vector) }));
      const nearest = scored.sort((left, right) => right.score - left.score).slice(0, 10);
      const { passages, exact } = await reopened.nearest(query, { where: undefined, limit: 10 });
      expect(exact).toBe(false);
      const scores = new Map(passages.map(({ id, score }) => [id, score]));
      for (const { id, score } of nearest) {
        if (!scores.has(id)) continue;
        found++;
        expect(scores.get(id), "scores are those of the vectors, not of the index").toBeCloseTo(score, 4);
      }
    }
    expect(found / 200).toBeGreaterThanOrEqual(0.95);

    const [query = new Float32Array()] = queries;
    const evens = vectors.flatMap((vector, at) =>
      at % 2 === 0 ? [{ id: `d${at}#0`, score: cosine(query, vector) }] : [],
    );
    const best = evens.sort((left, right) => right.score - left.score).slice(0, 50);
    const filtered = await reopened.nearest(query, { where: "`f_even` = true", limit: 50 });
    expect(filtered.exact, "6,500 rows are scored one by one").toBe(true);
    expect(filtered.passages.map(({ id }) => id)).toEqual(best.map(({ id }) => id));

    const rest = Array.from({ length: 40_000 }, next);
    for (let at = 0; at < rest.length; at += 20_000) {
      await reopened.replace(documents(13_000 + at, rest.slice(at, at + 20_000)), 3 + at);
    }
    await reopened.optimize();
    expect(await reopened.maintainVectorIndexes()).toMatchObject({ default: { trained_rows: 53_000, partitions: 13 } });
  },
);

test.each(["dot", "l2"] as const)("the index of %s finds the nearest by it", { timeout: 60_000 }, async (metric) => {
  await using folder = await temporaryDirectory();
  using connection = { database: await connectTables(folder.path), [Symbol.dispose]: () => undefined };
  const location = { folder: folder.path, name: "t" };
  using table = await PassageTable.create(connection.database, location, { ...shape, metric }, limits);
  const next = clustered(11);
  const vectors = Array.from({ length: 10_000 }, next);
  await table.replace(documents(0, vectors), 1);
  await table.optimize();
  const { default: facts } = await table.maintainVectorIndexes();
  expect(facts?.recall).toBeGreaterThanOrEqual(0.98);
  let found = 0;
  for (const query of Array.from({ length: 10 }, next)) {
    const scoreOf = (vector: Float32Array) => {
      const dot = vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0);
      const squares = vector.reduce((sum, value, at) => sum + (value - (query[at] ?? 0)) ** 2, 0);
      return metric === "dot" ? dot : 1 / (1 + squares);
    };
    const scored = vectors.map((vector, at) => ({ id: `d${at}#0`, score: scoreOf(vector) }));
    const nearest = scored.sort((left, right) => right.score - left.score).slice(0, 10);
    const { passages, exact } = await table.nearest(query, { where: undefined, limit: 10 });
    expect(exact).toBe(false);
    const scores = new Map(passages.map(({ id, score }) => [id, score]));
    for (const { id, score } of nearest.filter((row) => scores.has(row.id))) {
      found++;
      expect(scores.get(id)).toBeCloseTo(score, 3);
    }
  }
  expect(found / 100).toBeGreaterThanOrEqual(0.95);
});
