import assert from "node:assert/strict";
import type { Embeddings } from "@galen/db";
import { holds } from "../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";
import type {
  ConditionRow,
  ConditionValue,
} from "../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";
import { asLiterals, asParameters, condition, searchesIn, written } from "../fuzz/statements/conditions.ts";
import type { Random } from "../load/random.ts";
import type { Stopwatch } from "./stopwatch.ts";

interface Asked {
  readonly index: Embeddings<true>;
  /** The same rows without statements. */
  readonly pairs: Embeddings;
  readonly rows: readonly ConditionRow[];
  readonly random: Random;
  readonly stopwatch: Stopwatch;
}

/** A statement gives the rows that a plain evaluation of its condition gives, with values as literals and as parameters. */
export async function compareStatement({ index, pairs, rows, random, stopwatch }: Asked): Promise<"compared"> {
  const asked = condition(random);
  const found = new Map<string, ReadonlySet<unknown>>();
  for (const query of searchesIn(asked)) {
    found.set(query, new Set((await pairs.search(query, rows.length)).map(([id]) => id)));
  }
  const matching = rows.filter((row) => holds(asked, row, (query) => found.get(query)?.has(row.id) === true));
  // Searches put the best first.
  const inOrder = (ids: readonly string[]) => (found.size > 0 ? ids.toSorted() : ids);
  const wanted = inOrder(matching.map(({ id }) => id));
  const parameters: Record<string, ConditionValue> = {};
  for (const write of [asLiterals(random), asParameters(parameters)]) {
    const statement = `select id from txtai where ${written(asked, write)}`;
    const answer = await stopwatch.time(() => index.search(statement, rows.length + 1, { parameters }), statement);
    assert.deepEqual(inOrder(answer.map(({ id }) => id)), wanted, statement);
  }
  return "compared";
}
