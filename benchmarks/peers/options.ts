import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosen, positiveInteger } from "../option-values.ts";
import { contestants } from "./contestants/contestants.ts";
import type { Peer } from "./contestants/contestants.ts";

export interface Options {
  /** The folder of a virtual environment. */
  readonly python: string;
  /** A BEIR folder. */
  readonly corpus: string;
  /** How often everybody searches for all queries while time counts. */
  readonly rounds: number;
  readonly limitDocuments: number | undefined;
  readonly only: readonly Peer[];
  readonly output: string;
}

const BESIDE_THE_CHECKOUT = fileURLToPath(new URL("../../../shared/data/scifact", import.meta.url));

/** @throws {RangeError} for what the benchmark does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      python: { type: "string", default: join(tmpdir(), "galen-peers") },
      corpus: { type: "string", default: BESIDE_THE_CHECKOUT },
      rounds: { type: "string", default: "3" },
      "limit-documents": { type: "string" },
      only: { type: "string", default: contestants.map(({ name }) => name).join() },
      output: { type: "string", default: fileURLToPath(new URL("../results/peers.json", import.meta.url)) },
    },
  });
  const { python, corpus, rounds, "limit-documents": limit, only, output } = values;
  return {
    python,
    corpus,
    rounds: positiveInteger("rounds", rounds),
    limitDocuments: limit === undefined ? undefined : positiveInteger("limit-documents", limit),
    only: chosen("contestant", only, new Map(contestants.map((contestant) => [contestant.name, contestant]))),
    output,
  };
}
