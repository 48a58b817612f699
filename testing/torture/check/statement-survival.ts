import assert from "node:assert/strict";
import { DbError } from "@galen/db";
import type { Embeddings } from "@galen/db";
import { hostileParameters, hostileStatement } from "../fuzz/statements/hostile-statement.ts";
import type { Random } from "../load/random.ts";
import type { Stopwatch } from "./stopwatch.ts";

interface Asked {
  readonly index: Embeddings<true>;
  readonly random: Random;
  readonly stopwatch: Stopwatch;
}

/** Any statement is answered, or refused with our code at a place in it. */
export async function surviveStatement({ index, random, stopwatch }: Asked): Promise<"answered" | "refused"> {
  const statement = hostileStatement(random);
  const [limit, parameters] = [random.integer(1, 5), hostileParameters(random)];
  try {
    index.terms(statement);
    await stopwatch.time(() => index.search(statement, limit, { parameters }), statement);
    return "answered";
  } catch (error) {
    if (!(error instanceof DbError && error.code === "query_invalid")) throw error;
    const { position } = error.details;
    assert(typeof position === "number" && Number.isInteger(position), "the refusal has no position");
    assert(position >= 0 && position <= statement.length, `the refusal is at ${position}`);
    return "refused";
  }
}
