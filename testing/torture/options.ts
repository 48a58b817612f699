import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { scenarios } from "./registry.ts";
import type { ScenarioName } from "./registry.ts";
import { SCALES } from "./scenario.ts";
import type { Scale } from "./scenario.ts";

export interface TortureOptions {
  readonly seed: number;
  readonly only: readonly ScenarioName[];
  readonly scale: Scale;
  readonly output: string;
}

const names = Object.keys(scenarios) as ScenarioName[];
const RESULT = fileURLToPath(new URL("../../benchmarks/results/torture.json", import.meta.url));

/** @throws {RangeError} for a seed, a scenario or a scale that there is not. */
export function readOptions(args: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      only: { type: "string", default: names.join() },
      scale: { type: "string", default: "long" },
      output: { type: "string", default: RESULT },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError("--seed takes a whole number from 0 on");
  const scale = known("scale", values.scale, SCALES);
  const only = values.only.split(",").map((name) => known("scenario", name.trim(), names));
  return { seed, scale, only, output: values.output };
}

function known<Name extends string>(what: string, name: string, all: readonly Name[]): Name {
  const found = all.find((candidate) => candidate === name);
  if (found === undefined) throw new RangeError(`there is no ${what} ${name}: choose from ${all.join(", ")}`);
  return found;
}
