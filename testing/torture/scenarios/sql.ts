import { join } from "node:path";
import { Embeddings } from "@galen/db";
import type { EmbeddingsDocument } from "@galen/db";
import { FakeEmbedder } from "@galen/testing";
import type { ConditionRow } from "../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";
import { compareStatement } from "../check/statement-meaning.ts";
import { surviveStatement } from "../check/statement-survival.ts";
import { Stopwatch } from "../check/stopwatch.ts";
import { rows as makeRows } from "../fuzz/statements/rows.ts";
import { Random } from "../load/random.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const STATEMENTS: Readonly<Record<Scale, number>> = { twin: 3_000, short: 100_000, long: 1_000_000 };
/** Share of the statements whose meaning is known. */
const KNOWN = 0.2;
const PROGRESS_EVERY = 5_000;

/**
 * Statements of any shape: each is answered or refused at its place, in bounded time and without a trace. Those whose meaning is known
 * must give the rows that a plain evaluation gives, whatever their literals say, as literals and as parameters.
 */
export const sql: Scenario = {
  title: "hostile statements",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const tally = new Tally();
    tally.rounds = 1;
    const random = new Random(seed);
    const rows = makeRows(random);
    await using index = await indexOf(rows, join(folder, "data"));
    await using pairs = new Embeddings({ keyword: true, data: join(folder, "pairs") });
    await pairs.index(rows.map(documentOf));
    const before = await everything(index, rows.length + 1);
    const asked = { index, pairs, rows, random, stopwatch: new Stopwatch() };
    const counts = { answered: 0, refused: 0, compared: 0 };
    for (; tally.operations < STATEMENTS[scale] && !tally.failed; tally.operations++) {
      if (tally.operations % PROGRESS_EVERY === 0) onProgress(`${tally.operations} of ${STATEMENTS[scale]}`);
      try {
        counts[random.chance(KNOWN) ? await compareStatement(asked) : await surviveStatement(asked)]++;
      } catch (error) {
        tally.fault("differences", `statement ${tally.operations}: ${String(error).slice(0, 300)}`);
      }
    }
    if ((await everything(index, rows.length + 1)) !== before)
      tally.fault("differences", "the index or a prototype has changed");
    return tally.outcome({ details: { ...counts, slowest_ms: Math.round(asked.stopwatch.slowest) } });
  },
};

async function indexOf(rows: readonly ConditionRow[], data: string): Promise<Embeddings<true>> {
  const index = new Embeddings({
    keyword: true,
    content: true,
    data,
    indexes: { wards: { keyword: true, columns: { text: "ward" } }, vectors: { path: "fake-words" } },
    functions: [{ name: "shout", argcount: 1, function: (value) => `${String(value)}!` }],
    expressions: [{ name: "heads", expression: "substr(text, 1, 2)" }],
    loadEmbedder: async () => new FakeEmbedder({ dimension: 8, remember: false }),
  });
  await index.index(rows.map(documentOf));
  return index;
}

function documentOf({ id, text, tags, data }: ConditionRow): EmbeddingsDocument {
  return [id, data ?? text, tags];
}

/** All that a statement could have changed. */
async function everything(index: Embeddings<true>, rows: number): Promise<string> {
  const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
  const names = prototypes.map((prototype) => Object.getOwnPropertyNames(prototype));
  return JSON.stringify([await index.count(), await index.search("select * from txtai", rows), names]);
}
