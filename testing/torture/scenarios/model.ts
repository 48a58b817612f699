import { join } from "node:path";
import { FakeEmbedder } from "@galen/testing";
import { Random, seedOf } from "../load/random.ts";
import { CollectionModel } from "../model/collection-model.ts";
import { values } from "../model/fields.ts";
import type { Twins } from "../model/model-operation.ts";
import { openTwin } from "../model/open-twin.ts";
import { modelOperations } from "../model/operations/operations.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const OPERATIONS: Readonly<Record<Scale, number>> = { twin: 2_000, short: 10_000, long: 50_000 };
/** Operations on one data folder; the first life has the seed of the run, so that any life can be replayed alone. */
const OPERATIONS_A_LIFE = 500;

const choices = Object.entries(modelOperations).map(([kind, operation]) => ({
  kind,
  operation,
  weight: operation.weight,
}));

/** Random operations on a database and on a model that holds everything in a map; each answer is compared. */
export const model: Scenario = {
  title: "random operations against a model",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const tally = new Tally();
    for (; tally.operations < OPERATIONS[scale] && !tally.failed; tally.rounds++) {
      onProgress(`${tally.operations} of ${OPERATIONS[scale]} operations`);
      const lifeSeed = tally.rounds === 0 ? seed : seedOf(seed, tally.rounds);
      await live(lifeSeed, join(folder, `life-${tally.rounds}`), tally);
    }
    return tally.outcome();
  },
};

async function live(seed: number, folder: string, tally: Tally): Promise<void> {
  const embedders = { embedder: new FakeEmbedder({ dimension: 64 }), far: new FakeEmbedder({ dimension: 48 }) };
  const opened = await openTwin(folder, embedders);
  const twins: Twins = { folder, ...embedders, model: new CollectionModel(), random: new Random(seed), ...opened };
  try {
    await introduceFields(twins);
    for (let number = 0; number < OPERATIONS_A_LIFE && !tally.failed; number++) {
      const { kind, operation } = twins.random.weighted(choices);
      tally.operations++;
      await operation.run(twins).catch((error: unknown) => {
        tally.fault("differences", `seed ${seed}, operation ${number}, ${kind}: ${messageOf(error)}`);
      });
    }
  } finally {
    await twins.database[Symbol.asyncDispose]();
  }
}

/** Filters may name the fields that documents have used: one document uses all, and goes again. */
async function introduceFields({ collection }: Twins): Promise<void> {
  const metadata = Object.fromEntries(Object.keys(values).map((name) => [name, null]));
  const undeclared = { topic: "a", nested: { deep: { er: 1 } }, "a=b": "a", constructor: "a" };
  await collection.upsert([{ id: "fields", text: "fields.", metadata: { ...metadata, ...undeclared } }]);
  await collection.delete({ ids: ["fields"] });
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 1_500);
}
