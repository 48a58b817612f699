import { cp } from "node:fs/promises";
import { join } from "node:path";
import { Interrupted } from "../check/interrupted.ts";
import { killMoment } from "../child/kill-moment.ts";
import { writeUntilKilled } from "../child/writer-process.ts";
import { Random, seedOf } from "../load/random.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";

const KILLS: Readonly<Record<Scale, number>> = { twin: 5, short: 40, long: 200 };

/** kill −9 at a random moment, again and again on the same folder. */
export const kill: Scenario = {
  title: "kill −9",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const data = join(folder, "data");
    const life = new Interrupted(seed);
    for (let round = 0; round < KILLS[scale] && !life.tally.failed; round++) {
      onProgress(`kill ${round + 1} of ${KILLS[scale]}`);
      const random = new Random(seedOf(seed, round));
      const moment = killMoment(random);
      life.written(await writeUntilKilled({ folder: data, ...life.next }, moment));
      // Half of the time the writer itself has to come up from what the kill left: the judge then looks at a copy.
      const judged = random.chance(0.5) ? join(folder, `copy-${round}`) : data;
      if (judged !== data) await cp(data, judged, { recursive: true });
      await life.judge(judged, `round ${round}, killed in ${moment.during}`);
    }
    return life.tally.outcome();
  },
};
