import { temporaryDirectory } from "@galen/testing";
import { scenarios } from "./registry.ts";
import type { ScenarioName } from "./registry.ts";
import type { Outcome, Scale } from "./scenario.ts";
import { Tally } from "./tally.ts";

export interface ScenarioResult extends Outcome {
  readonly scenario: ScenarioName;
  readonly title: string;
  readonly scale: Scale;
  readonly seed: number;
  readonly date: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly scale: Scale;
  readonly onProgress: (what: string) => void;
}

/** Runs one scenario in a folder that is removed at the end. What it throws is a failure like any other. */
export async function runScenario(scenario: ScenarioName, { seed, scale, onProgress }: RunOptions) {
  await using directory = await temporaryDirectory();
  const chosen = scenarios[scenario];
  const start = performance.now();
  const outcome = await chosen.run({ seed, scale, folder: directory.path, onProgress }).catch(thrown);
  const seconds = Math.round((performance.now() - start) / 1000);
  return {
    scenario,
    title: chosen.title,
    scale,
    seed,
    date: new Date().toISOString(),
    seconds,
    ...outcome,
  } satisfies ScenarioResult;
}

/** What repeats a run. */
export function replayCommand({ scenario, scale, seed }: Pick<ScenarioResult, "scenario" | "scale" | "seed">): string {
  return `npm run torture -- --only ${scenario} --scale ${scale} --seed ${seed}`;
}

function thrown(error: unknown): Outcome {
  const tally = new Tally();
  tally.fault("differences", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return tally.outcome();
}
