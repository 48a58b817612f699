import { join } from "node:path";
import type { Collection } from "@galen/db";
import { MAIN, openDatabase } from "../load/database.ts";
import { documentOf, inputOf } from "../load/documents.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const UPSERTS: Readonly<Record<Scale, number>> = { twin: 250, short: 2_000, long: 10_000 };
/** Each document is replaced again and again. */
const IDS = 400;
/** Passages that a keyword search may have to read one by one; a write in progress may add a few. */
const MAX_TAIL = 200;
/** Times the size of the same documents in a new collection. */
const MAX_DISK_RATIO = 2;
/** Writes between two looks at the collection. */
const LOOK_EVERY = 20;

/** One document a call, without a pause in which maintenance could catch up: its debts must stay small all the same. */
export const singles: Scenario = {
  title: "single upserts",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const tally = new Tally();
    tally.rounds = 1;
    await using database = await openDatabase(join(folder, "data"));
    const collection = await database.createCollection({ name: MAIN, fields: { group: "number" } });
    let tail = 0;
    for (; tally.operations < UPSERTS[scale]; tally.operations++) {
      const at = tally.operations;
      await collection.upsert([inputOf(documentOf(`d${at % IDS}`, at, seed))]);
      if (at % LOOK_EVERY !== 0) continue;
      onProgress(`${at} of ${UPSERTS[scale]}`);
      tail = Math.max(tail, (await collection.statistics()).indexes.text_unindexed);
    }
    if (tail > MAX_TAIL) tally.fault("differences", `${tail} passages were outside the full-text index`);
    await collection.settle();
    const [used, live] = [(await collection.info()).bytes, await liveBytes(collection, join(folder, "live"))];
    const ratio = Math.round((100 * used) / live) / 100;
    if (ratio > MAX_DISK_RATIO) tally.fault("differences", `the table has ${ratio} times the size of its documents`);
    if (!(await database.verify()).ok) tally.fault("torn", "catalogue and table disagree");
    return tally.outcome({ details: { unindexed_most: tail, disk_ratio: ratio, bytes: used, live_bytes: live } });
  },
};

/** What the same documents take when they are stored at once. */
async function liveBytes(collection: Collection, folder: string): Promise<number> {
  await using fresh = await openDatabase(folder);
  const copy = await fresh.createCollection({ name: MAIN, fields: { group: "number" } });
  await copy.import("jsonl", collection.export("jsonl"));
  await copy.settle();
  return (await copy.info()).bytes;
}
