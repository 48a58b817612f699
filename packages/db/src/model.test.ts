import assert from "node:assert/strict";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Collection } from "./collection.ts";
import { Database } from "./database.ts";

interface Model {
  readonly documents: Map<string, { text: string; year: number | undefined }>;
}
interface Real {
  database: Database;
  collection: Collection;
  readonly folder: string;
}

const id = fc.integer({ min: 0, max: 40 }).map((number) => `d${number}`);
const document = fc.record({
  id,
  text: fc.constantFrom("kidney stone", "insulin glucose", "asthma airway", "heart rhythm", "skin rash"),
  year: fc.option(fc.integer({ min: 2000, max: 2005 }), { nil: undefined }),
});

const options = { loadEmbedder: async () => new FakeEmbedder() };

function sortedIds(members: readonly { id: string }[]): string[] {
  return members.map(({ id }) => id).sort();
}

class Upsert implements fc.AsyncCommand<Model, Real> {
  readonly documents: { id: string; text: string; year: number | undefined }[];
  constructor(documents: { id: string; text: string; year: number | undefined }[]) {
    this.documents = documents;
  }
  check = () => true;
  async run(model: Model, { collection }: Real) {
    const inputs = this.documents.map(({ id, text, year }) => ({
      id,
      text,
      metadata: year === undefined ? {} : { year },
    }));
    const { upserted, duplicates } = await collection.upsert(inputs);
    const ids = new Set(this.documents.map(({ id }) => id));
    assert.deepEqual([upserted, duplicates], [ids.size, inputs.length - ids.size]);
    for (const { id, ...rest } of this.documents) model.documents.set(id, rest);
  }
  toString = () => `upsert(${JSON.stringify(this.documents)})`;
}

class Delete implements fc.AsyncCommand<Model, Real> {
  readonly ids: string[];
  constructor(ids: string[]) {
    this.ids = ids;
  }
  check = () => true;
  async run(model: Model, { collection }: Real) {
    const { deleted } = await collection.delete({ ids: this.ids });
    assert.equal(deleted, [...new Set(this.ids)].filter((id) => model.documents.delete(id)).length);
  }
  toString = () => `delete(${this.ids.join()})`;
}

class DeleteYear implements fc.AsyncCommand<Model, Real> {
  readonly year: number;
  constructor(year: number) {
    this.year = year;
  }
  check = () => true;
  async run(model: Model, { collection }: Real) {
    const gone = [...model.documents].filter(([, { year }]) => year === this.year).map(([id]) => id);
    const { deleted } = await collection.delete({ filter: { year: this.year } });
    assert.equal(deleted, gone.length);
    for (const id of gone) model.documents.delete(id);
  }
  toString = () => `deleteYear(${this.year})`;
}

class Search implements fc.AsyncCommand<Model, Real> {
  readonly word: string;
  readonly year: number;
  constructor(word: string, year: number) {
    this.word = word;
    this.year = year;
  }
  check = () => true;
  async run({ documents }: Model, { collection }: Real) {
    const filter = { year: { gte: this.year } };
    const expected = [...documents].filter(([, { text, year = 0 }]) => text.includes(this.word) && year >= this.year);
    const ids = expected.map(([id]) => id).sort();
    const keyword = await collection.search({ query: this.word, mode: "keyword", limit: 100, filter });
    assert.deepEqual(sortedIds(keyword.hits), ids);
    const hybrid = await collection.search({ query: this.word, limit: 100, filter });
    assert.deepEqual(sortedIds(hybrid.hits.slice(0, ids.length)), ids);
    assert.equal(hybrid.hits.length, [...documents.values()].filter(({ year = 0 }) => year >= this.year).length);
  }
  toString = () => `search(${this.word}, ${this.year})`;
}

class Compare implements fc.AsyncCommand<Model, Real> {
  check = () => true;
  async run({ documents }: Model, { collection }: Real) {
    const listed = await collection.list({ limit: 100 });
    assert.deepEqual(
      new Map(listed.documents.map(({ id, snippet, metadata }) => [id, { text: snippet, year: metadata["year"] }])),
      documents,
    );
    assert.deepEqual(
      listed.documents.map(({ id }) => id),
      sortedIds(listed.documents),
    );
    const { ok, ...counts } = await collection.verify();
    assert.deepEqual([ok, counts.documents], [true, documents.size]);
  }
  toString = () => "compare";
}

class Reopen implements fc.AsyncCommand<Model, Real> {
  check = () => true;
  async run(_: Model, real: Real) {
    await real.database[Symbol.asyncDispose]();
    real.database = await Database.open(real.folder, options);
    real.collection = await real.database.collection("c");
  }
  toString = () => "reopen";
}

const commands = [
  fc.array(document, { minLength: 1, maxLength: 12 }).map((documents) => new Upsert(documents)),
  fc.array(document, { minLength: 1, maxLength: 12 }).map((documents) => new Upsert(documents)),
  fc.array(id, { minLength: 1, maxLength: 6 }).map((ids) => new Delete(ids)),
  fc.integer({ min: 2000, max: 2005 }).map((year) => new DeleteYear(year)),
  fc
    .tuple(fc.constantFrom("kidney", "glucose", "heart"), fc.integer({ min: 0, max: 2006 }))
    .map(([word, year]) => new Search(word, year)),
  fc.constant(new Compare()),
  fc.constant(new Reopen()),
];

/** fast-check prints the seed and the shortest failing run. */
test("random operations leave a collection as they leave a map", async () => {
  let operations = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { size: "max", maxCommands: 60 }), async (run) => {
      await using folder = await temporaryDirectory();
      const database = await Database.open(folder.path, options);
      const collection = await database.createCollection({ name: "c", fields: { year: "number" } });
      const real: Real = { database, collection, folder: folder.path };
      try {
        await fc.asyncModelRun(() => ({ model: { documents: new Map() }, real }), run);
        operations += [...run].length;
      } finally {
        await real.database[Symbol.asyncDispose]();
      }
    }),
    { numRuns: 8, endOnFailure: true },
  );
  expect(operations).toBeGreaterThan(50);
}, 120_000);
