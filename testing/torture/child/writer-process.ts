import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { operationAt } from "../load/operations/operations.ts";
import type { KillMoment } from "./kill-moment.ts";

export interface WriterTask {
  readonly folder: string;
  readonly seed: number;
  /** Number of the operation to begin with. */
  readonly first: number;
}

export type WriterEvent = { readonly at: "opening" | "open" } | { readonly at: "acknowledged"; readonly index: number };

export interface WriterEnd {
  /** The last operation that was acknowledged; one less than the first when none was. */
  readonly acknowledged: number;
  /** What it printed when it ended by itself, which it must not. */
  readonly failure: string | undefined;
}

const WRITER = fileURLToPath(new URL("writer.ts", import.meta.url));
/** A writer that says nothing for so long hangs. */
const MAX_SILENCE_MS = 60_000;
/** Kept of what it prints when it fails. */
const MAX_PRINTED = 1_500;

export interface WriterLaunch {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

/** Starts a writer and kills it −9 at the given moment. */
export async function writeUntilKilled(
  task: WriterTask,
  moment: KillMoment,
  { env = {}, nodeArguments = [] }: WriterLaunch = {},
): Promise<WriterEnd> {
  const program = ["--conditions=@galen/source", ...nodeArguments, WRITER, JSON.stringify(task)];
  const writer = spawn(process.execPath, program, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(writer, "close");
  const kill = () => writer.kill("SIGKILL");
  let printed = "";
  writer.stderr.on("data", (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-MAX_PRINTED)));
  let silence = setTimeout(kill, MAX_SILENCE_MS);
  let acknowledged = task.first - 1;
  for await (const line of createInterface({ input: writer.stdout })) {
    clearTimeout(silence);
    silence = setTimeout(kill, MAX_SILENCE_MS);
    const event = JSON.parse(line) as WriterEvent;
    if (event.at === "acknowledged") acknowledged = event.index;
    if (isDue(event, moment, task)) setTimeout(kill, moment.delayMs);
  }
  clearTimeout(silence);
  await ended;
  return { acknowledged, failure: writer.signalCode === "SIGKILL" ? undefined : printed.trim() || "it ended" };
}

function isDue(event: WriterEvent, { during, after }: KillMoment, { first, seed }: WriterTask): boolean {
  if (event.at === "opening" || during === "opening") return event.at === during;
  const next = event.at === "acknowledged" ? event.index + 1 : first;
  return next - first >= after && (during === "any" || operationAt(next, seed).kind === during);
}
