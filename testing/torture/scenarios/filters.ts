import assert from "node:assert/strict";
import { join } from "node:path";
import { Database, DbError } from "@galen/db";
import type { Collection } from "@galen/db";
import type { Filter } from "@galen/db/schemas";
import { FakeEmbedder } from "@galen/testing";
import { matches } from "../../../packages/db/src/search/filter-meaning.fixture.ts";
import { filterSql } from "../../../packages/db/src/search/filter-sql.ts";
import { filterTree } from "../../../packages/db/src/search/filter-tree.ts";
import { hostileFilter } from "../fuzz/hostile-filter.ts";
import { Random } from "../load/random.ts";
import { document } from "../model/documents.ts";
import { FIELDS, values } from "../model/fields.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const FILTERS: Readonly<Record<Scale, number>> = { twin: 5_000, short: 100_000, long: 1_000_000 };
const DOCUMENTS = 60;
/** Of the filters that are valid, one in so many is asked of a real collection. */
const ASKED: Readonly<Record<Scale, number>> = { twin: 20, short: 50, long: 200 };
const PROGRESS_EVERY = 5_000;

const loadEmbedder = async () => new FakeEmbedder({ dimension: 16 });

/**
 * Filters of any shape: each is compiled or refused with one of our codes, and what a valid one matches is what the language says, so that
 * no literal gets out of its place.
 */
export const filters: Scenario = {
  title: "hostile filters",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const tally = new Tally();
    tally.rounds = 1;
    const random = new Random(seed);
    await using database = await Database.open(join(folder, "data"), { loadEmbedder });
    const collection = await database.createCollection({ name: "filtered", fields: FIELDS });
    const stored = await fill(collection, random);
    const context = { fields: FIELDS, seen: (await collection.fields()).seen, idsContaining: async () => ["d1"] };
    let [valid, asked] = [0, 0];
    for (; tally.operations < FILTERS[scale] && !tally.failed; tally.operations++) {
      if (tally.operations % PROGRESS_EVERY === 0) onProgress(`${tally.operations} of ${FILTERS[scale]}`);
      const given = hostileFilter(random);
      try {
        await filterSql(filterTree(given), context);
      } catch (error) {
        if (!(error instanceof DbError))
          tally.fault("differences", `filter ${tally.operations}: ${String(error).slice(0, 300)}`);
        continue;
      }
      if (++valid % ASKED[scale] !== 0) continue;
      asked++;
      await compare(collection, given as Filter, stored).catch((error: unknown) => {
        tally.fault("differences", `filter ${tally.operations}: ${String(error).slice(0, 300)}`);
      });
    }
    return tally.outcome({ details: { valid, asked } });
  },
};

type Stored = Parameters<typeof matches>[1];

async function fill(collection: Collection, random: Random): Promise<Stored[]> {
  const all = Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  const undeclared = { topic: "a", nested: { deep: { er: 1 } }, "a=b": "a", constructor: "a" };
  const documents = random.list(DOCUMENTS, (at) => {
    const { text, title, tags, metadata = {} } = document(random);
    return { id: `d${at}`, text, ...(title !== undefined && { title }), ...(tags && { tags }), metadata };
  });
  const { failed } = await collection.upsert([
    { id: "all", text: "all.", metadata: { ...all, ...undeclared } },
    ...documents,
  ]);
  if (failed.length > 0) throw new Error(`${failed.length} documents of the test cannot be stored`);
  await collection.delete({ ids: ["all"] });
  return documents;
}

async function compare(collection: Collection, filter: Filter, stored: readonly Stored[]): Promise<void> {
  const expected = stored.filter((document) => matches(filter, document, FIELDS)).map(({ id }) => id);
  const { documents } = await collection.list({ filter, limit: 1_000 });
  assert.deepEqual(documents.map(({ id }) => id).sort(), expected.sort(), JSON.stringify(filter));
}
