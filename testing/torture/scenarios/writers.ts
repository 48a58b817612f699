import { join } from "node:path";
import type { Collection } from "@galen/db";
import { MAIN, openDatabase } from "../load/database.ts";
import { documentOf, inputOf } from "../load/documents.ts";
import type { WrittenDocument } from "../load/documents.ts";
import type { State } from "../load/operations/operation.ts";
import { Random, seedOf } from "../load/random.ts";
import { judge } from "../check/judge.ts";
import { restart } from "../check/restart.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const WRITERS = 8;
const ROUNDS: Readonly<Record<Scale, number>> = { twin: 8, short: 40, long: 200 };
/** Few ids for many writers: nearly every write meets others of the same document. */
const IDS = 24;

/** Writers that know nothing of each other write and delete the same documents; the highest revision of each must be there. */
export const writers: Scenario = {
  title: `${WRITERS} concurrent writers`,
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const data = join(folder, "data");
    const tally = new Tally();
    const newest = new Map<string, Write>();
    {
      await using database = await openDatabase(data);
      const collection = await database.createCollection({ name: MAIN, fields: { group: "number" } });
      for (; tally.rounds < ROUNDS[scale]; tally.rounds++) {
        onProgress(`round ${tally.rounds + 1} of ${ROUNDS[scale]}`);
        const writing = Array.from({ length: WRITERS }, (_, writer) => {
          const operation = tally.rounds * WRITERS + writer;
          return write(collection, { operation, seed }, newest);
        });
        if (tally.rounds % 10 === 9) writing.push(collection.settle());
        await Promise.all(writing);
        tally.operations += writing.length;
      }
      await compare(database, newest, tally);
    }
    const { database, ms } = await restart(data);
    await using reopened = database;
    tally.restarted(ms);
    await compare(reopened, newest, tally);
    return tally.outcome();
  },
};

/** What a revision made of a document; no document when it was deleted. */
interface Write {
  readonly rev: number;
  readonly document: WrittenDocument | undefined;
}

async function write(
  collection: Collection,
  { operation, seed }: { operation: number; seed: number },
  newest: Map<string, Write>,
): Promise<void> {
  const random = new Random(seedOf(seed, operation));
  const ids = [...new Set(random.list(random.integer(1, 12), () => `d${random.integer(0, IDS - 1)}`))];
  const note = (id: string, rev: number, document: WrittenDocument | undefined) => {
    if (rev > (newest.get(id)?.rev ?? 0)) newest.set(id, { rev, document });
  };
  if (random.chance(0.2)) {
    const { version } = await collection.delete({ ids });
    for (const id of ids) note(id, version, undefined);
  } else {
    const documents = ids.map((id) => documentOf(id, operation, seed));
    const { version } = await collection.upsert(documents.map(inputOf));
    for (const document of documents) note(document.id, version, document);
  }
}

async function compare(database: Parameters<typeof judge>[0], newest: ReadonlyMap<string, Write>, tally: Tally) {
  const documents = Array.from(newest.values()).flatMap(({ document }) => document ?? []);
  const state: State = new Map([[MAIN, new Map(documents.map((document) => [document.id, document]))]]);
  await judge(database, { before: state, after: state }, tally);
}
