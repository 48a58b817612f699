import { cpSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Interrupted } from "../check/interrupted.ts";
import { killMoment } from "../child/kill-moment.ts";
import { writeUntilKilled } from "../child/writer-process.ts";
import { Random, seedOf } from "../load/random.ts";
import { compileShim, hook } from "../power/forms.ts";
import type { WatchForm } from "../power/forms.ts";
import { rebuild, recordTree } from "../power/image.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";

const CUTS: Readonly<Record<Scale, number>> = { twin: 6, short: 40, long: 200 };
/** Cuts that one data folder survives before the next begins with none: its creation must survive too. */
const CUTS_A_LIFE = 3;

/** The power fails at a random moment: only what was synchronized is certain to be there afterwards. */
export const power: Scenario = {
  title: "power cut",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const forms = [await compileShim(folder), hook].filter((form) => form !== undefined);
    const tally = new Tally();
    const used = new Map<string, number>();
    for (let first = 0; first < CUTS[scale]; first += CUTS_A_LIFE) {
      const form = forms[(first / CUTS_A_LIFE) % forms.length] ?? hook;
      const cuts = Math.min(CUTS_A_LIFE, CUTS[scale] - first);
      onProgress(`cuts ${first + 1} to ${first + cuts} of ${CUTS[scale]}, ${form.name}`);
      await liveAndDie({ seed: seedOf(seed, first), cuts, form, tally, folder: join(folder, `life-${first}`) });
      used.set(form.name, (used.get(form.name) ?? 0) + cuts);
    }
    return tally.outcome({ details: Object.fromEntries(Array.from(used, ([name, cuts]) => [`cuts_${name}`, cuts])) });
  },
};

interface Life {
  readonly seed: number;
  readonly cuts: number;
  readonly form: WatchForm;
  readonly tally: Tally;
  readonly folder: string;
}

async function liveAndDie({ seed, cuts, form, tally, folder }: Life): Promise<void> {
  const life = new Interrupted(seed, tally);
  mkdirSync(join(folder, "disk-0"), { recursive: true });
  const place = (name: string) => join(realpathSync(folder), name);
  for (let cut = 0; cut < cuts; cut++) {
    const random = new Random(seedOf(seed, cut));
    const [tree, image, next] = [place(`disk-${cut}`), place(`image-${cut}`), place(`disk-${cut + 1}`)];
    const moment = killMoment(random);
    const strict = random.chance(0.5);
    recordTree(tree, image);
    life.written(
      await writeUntilKilled({ folder: join(tree, "data"), ...life.next }, moment, form.launch(tree, image)),
    );
    rebuild({ tree, image, strict, random, isTrusted: form.isTrusted }, next);
    const judged = random.chance(0.5) ? place(`copy-${cut}`) : next;
    if (judged !== next) cpSync(next, judged, { recursive: true });
    const where = `seed ${seed}, cut ${cut} in ${moment.during}, ${strict ? "only what was synced" : "some of the rest too"}, ${form.name}`;
    await life.judge(join(judged, "data"), where);
    if (tally.failed) return; // what follows would be the same failure again
  }
  rmSync(folder, { recursive: true });
}
