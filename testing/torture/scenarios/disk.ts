import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DbErrorCode } from "@galen/db";
import { seedOf } from "../load/random.ts";
import { Random } from "../load/random.ts";
import type { Outcome, Scale, Scenario, ScenarioRun } from "../scenario.ts";
import { Tally } from "../tally.ts";
import type { Faults } from "../tally.ts";

export interface PhaseTask {
  readonly phase: "fill" | "recover" | "refuse";
  readonly data: string;
  /** File with what the database must hold. */
  readonly state: string;
  readonly seed: number;
  /** Codes that a write may be refused with. */
  readonly refusals: readonly DbErrorCode[];
}

export interface PhaseFindings {
  operations: number;
  refused: number;
  restart_ms: number;
  readonly faults: { readonly fault: Parameters<Faults["fault"]>[0]; readonly what: string; readonly count: number }[];
}

const DISKS: Readonly<Record<Scale, number>> = { twin: 1, short: 4, long: 20 };
const PHASE = fileURLToPath(new URL("../child/disk-phase.ts", import.meta.url));

const run = promisify(execFile);

/** The disk fills up while documents are written, is freed again, and is then mounted read-only. */
export const disk: Scenario = {
  title: "disk full, read-only folder",
  async run({ seed, scale, folder, onProgress }: ScenarioRun): Promise<Outcome> {
    const tally = new Tally();
    const script = (await canMount(folder)) ? onSmallDisk : withSmallFiles;
    for (; tally.rounds < DISKS[scale]; tally.rounds++) {
      onProgress(`disk ${tally.rounds + 1} of ${DISKS[scale]}`);
      const place = join(folder, `disk-${tally.rounds}`);
      await mkdir(join(place, "mount"), { recursive: true });
      const { stdout } = await run("sh", ["-ec", script(place, seedOf(seed, tally.rounds))]);
      note(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as PhaseFindings),
        tally,
      );
    }
    return tally.outcome({ details: { limit: script === onSmallDisk ? "size of a tmpfs" : "size of a file" } });
  },
};

function note(phases: readonly PhaseFindings[], tally: Tally): void {
  for (const [at, { operations, refused, restart_ms, faults }] of phases.entries()) {
    tally.operations += operations;
    const where = tally.at(`disk ${tally.rounds}, phase ${at}`);
    for (const { fault, what, count } of faults) where.fault(fault, what, count);
    if (restart_ms > 0) tally.restarted(restart_ms);
    // Every second phase is one in which nothing more can be written.
    if (at % 2 === 0 && refused === 0) where.fault("differences", "nothing was refused");
    if (at % 2 === 1 && refused > 0) where.fault("differences", `${refused} writes were refused`);
  }
}

/** In a namespace of its own a process may mount what it likes, and the mount ends with it. */
async function canMount(folder: string): Promise<boolean> {
  const mount = ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", folder];
  return run("unshare", mount).then(
    () => true,
    () => false, // not Linux, or not allowed
  );
}

/** A disk of some megabytes; deleting the ballast frees a third of it. */
function onSmallDisk(place: string, seed: number): string {
  const megabytes = new Random(seed).integer(9, 15);
  const mount = join(place, "mount");
  const inNamespace = [
    `mount -t tmpfs -o size=${megabytes}m tmpfs ${mount}`,
    `head -c 4194304 /dev/zero > ${mount}/ballast`,
    phase(place, { phase: "fill", seed, refusals: ["disk_full"] }),
    `rm ${mount}/ballast`,
    phase(place, { phase: "recover", seed, refusals: [] }),
    `mount -o remount,ro ${mount}`,
    phase(place, { phase: "refuse", seed, refusals: ["data_folder_not_writable"] }),
    `mount -o remount,rw ${mount}`,
    phase(place, { phase: "recover", seed, refusals: [] }),
  ];
  return `unshare --map-root-user --mount sh -ec '${inNamespace.join("\n").replaceAll("'", String.raw`'\''`)}'`;
}

/** Where nothing can be mounted, no file may grow beyond a size; the system has another error for that. */
function withSmallFiles(place: string, seed: number): string {
  const blocks = new Random(seed).integer(2_000, 6_000);
  const fill = phase(place, { phase: "fill", seed, refusals: ["disk_full", "storage_failed"] });
  return `(ulimit -f ${blocks}; ${fill})\n${phase(place, { phase: "recover", seed, refusals: [] })}`;
}

function phase(place: string, task: Omit<PhaseTask, "data" | "state">): string {
  const whole: PhaseTask = { ...task, data: join(place, "mount", "data"), state: join(place, "state.json") };
  return [process.execPath, "--conditions=@galen/source", PHASE, `'${JSON.stringify(whole)}'`].join(" ");
}
