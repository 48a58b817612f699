import type { Scenario } from "./scenario.ts";
import { disk } from "./scenarios/disk.ts";
import { filters } from "./scenarios/filters.ts";
import { kill } from "./scenarios/kill.ts";
import { model } from "./scenarios/model.ts";
import { power } from "./scenarios/power.ts";
import { singles } from "./scenarios/singles.ts";
import { soak } from "./scenarios/soak.ts";
import { sql } from "./scenarios/sql.ts";
import { writers } from "./scenarios/writers.ts";

/** All scenarios, in the order of the table. */
export const scenarios = { kill, power, model, writers, disk, singles, filters, sql, soak } satisfies Record<
  string,
  Scenario
>;

export type ScenarioName = keyof typeof scenarios;
