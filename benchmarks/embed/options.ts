import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chosen, positiveInteger } from "../option-values.ts";
import { contestants } from "./contestants/contestants.ts";
import type { Contestant } from "./contestants/contestants.ts";

const parts = ["minilm", "base", "profile"] as const;
type Part = (typeof parts)[number];

export interface Options {
  readonly rounds: number;
  readonly texts: number;
  readonly only: readonly Contestant[];
  readonly parts: readonly Part[];
  /** The folder of a virtual environment. */
  readonly python: string;
  readonly output: string;
}

/** @throws {RangeError} for what the benchmark does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "5" },
      texts: { type: "string", default: "800" },
      only: { type: "string", default: contestants.map(({ name }) => name).join() },
      parts: { type: "string", default: parts.join() },
      python: { type: "string", default: join(tmpdir(), "galen-peers") },
      output: { type: "string", default: fileURLToPath(new URL("../results/embed.json", import.meta.url)) },
    },
  });
  const { python, output } = values;
  return {
    rounds: positiveInteger("rounds", values.rounds),
    texts: positiveInteger("texts", values.texts),
    only: chosen("contestant", values.only, new Map(contestants.map((contestant) => [contestant.name, contestant]))),
    parts: chosen("part", values.parts, new Map(parts.map((part) => [part, part]))),
    python,
    output,
  };
}
