// One phase of the disk's life: `node disk-phase.ts {"phase":"fill",…}`. Each is a process of its own, so that a shell can change
// the disk between them. What the database must hold goes from phase to phase in a file that stands elsewhere.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DbError } from "@galen/db";
import type { Database } from "@galen/db";
import { judge } from "../check/judge.ts";
import { restart } from "../check/restart.ts";
import { openDatabase } from "../load/database.ts";
import { createMain } from "../load/operations/collections.ts";
import { copyState } from "../load/operations/operation.ts";
import type { State } from "../load/operations/operation.ts";
import { growth } from "../load/operations/growth.ts";
import type { Faults } from "../tally.ts";
import type { PhaseFindings, PhaseTask } from "../scenarios/disk.ts";

const { phase, data, state: stateFile, seed, refusals } = JSON.parse(process.argv[2] ?? "") as PhaseTask;

/** Writes that are tried on a full disk, and writes after there is space again. */
const FURTHER_WRITES = 3;
/** More than any of the disks holds. */
const MAX_WRITES = 2_000;

const findings: PhaseFindings = { operations: 0, refused: 0, restart_ms: 0, faults: [] };
const faults: Faults = {
  fault: (fault, what, count = 1) => void (count && findings.faults.push({ fault, what, count })),
};
let [state, next] = readState();

const phases = { fill, recover, refuse } satisfies Record<PhaseTask["phase"], () => Promise<void>>;
await phases[phase]();
writeFileSync(
  stateFile,
  JSON.stringify({ next, state: Array.from(state, ([name, all]) => [name, [...all.values()]]) }),
);
process.stdout.write(`${JSON.stringify(findings)}\n`);

/** Writes until the disk is full, and a little more. Reading goes on. */
async function fill(): Promise<void> {
  await using database = await openDatabase(data);
  await createMain.run(database);
  createMain.apply(state);
  while (findings.refused === 0 && findings.operations < MAX_WRITES) await write(database);
  for (let more = 0; more < FURTHER_WRITES; more++) await write(database);
}

/** There is space again: everything is there, and writing goes on. */
async function recover(): Promise<void> {
  const { database, ms } = await restart(data);
  await using _opened = database;
  findings.restart_ms = ms;
  state = await judge(database, { before: state, after: state }, faults);
  for (let more = 0; more < FURTHER_WRITES; more++) await write(database);
  state = await judge(database, { before: state, after: state }, faults);
}

/** Nothing can be written: the folder is refused as a whole. */
async function refuse(): Promise<void> {
  try {
    await (await openDatabase(data))[Symbol.asyncDispose]();
  } catch (error) {
    noteRefusal(error);
  }
}

async function write(database: Database): Promise<void> {
  const operation = growth(next++, seed);
  const after = copyState(state);
  operation.apply(after);
  findings.operations++;
  try {
    await operation.run(database);
    state = after;
  } catch (error) {
    noteRefusal(error);
    state = await judge(database, { before: state, after }, faults, { isMaintained: false });
  }
}

function noteRefusal(error: unknown): void {
  findings.refused++;
  if (error instanceof DbError && refusals.includes(error.code)) return;
  const what = error instanceof DbError ? error.code : String(error);
  faults.fault("differences", `${phase}: refused as ${what} instead of ${refusals.join(" or ")}`);
}

function readState(): [State, number] {
  if (!existsSync(stateFile)) return [new Map(), 1];
  const saved = JSON.parse(readFileSync(stateFile, "utf8")) as { next: number; state: [string, { id: string }[]][] };
  const collections = saved.state.map(([name, all]) => [name, new Map(all.map((document) => [document.id, document]))]);
  return [new Map(collections as never), saved.next];
}
