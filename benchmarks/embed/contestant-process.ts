import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { round } from "../statistics.ts";
import { readCpuTimes } from "./cpu-times.ts";
import type { CpuTimes } from "./cpu-times.ts";
import type { Contestant } from "./contestants/contestants.ts";
import type { Answers, Request } from "./protocol.ts";

/** A contestant that has said nothing for so long never will. */
const MAX_ANSWER_MS = 300_000;

/** Where Python is, and what stands before each command, so that all contestants run on the same cores. */
export interface Launch {
  readonly python: string | undefined;
  readonly pinning: readonly string[];
}

/** What a contestant may be asked, by `do`, and what it answers to each. */
export interface Protocol {
  readonly request: { readonly do: string };
  readonly answers: object;
}

/** The process of a contestant, by default one of `protocol.ts`. It computes only while it is asked something. */
export class ContestantProcess<
  P extends Protocol = { readonly request: Request; readonly answers: Answers },
> implements AsyncDisposable {
  readonly contestant: Contestant;
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #printed = "";

  constructor(contestant: Contestant, { python, pinning }: Launch) {
    const node = [process.execPath, ...process.execArgv];
    const program = contestant.runtime === "node" ? node : [python ?? "python3"];
    const [command = "", ...rest] = [...pinning, ...program, contestant.program, ...contestant.arguments];
    this.contestant = contestant;
    this.#child = spawn(command, rest);
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#printed = (this.#printed + chunk.toString()).slice(-2000)));
    this.#child.stdin.on("error", () => {}); // the end of the process is noticed where an answer is missing
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws what the contestant says went wrong, or what it printed when it ended without an answer. */
  async ask<Do extends P["request"]["do"] & keyof P["answers"]>(
    request: P["request"] & { readonly do: Do },
    { maxMs = MAX_ANSWER_MS } = {},
  ): Promise<P["answers"][Do]> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), maxMs);
    const { value, done } = await this.#lines.next();
    clearTimeout(limit);
    if (done === true) throw new Error(`${this.contestant.name} ended: ${this.#printed.trim()}`);
    const answer = JSON.parse(value) as P["answers"][Do] & { readonly error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** Where the system says it: its processor time, and that of the machine. */
  cpuTimes(): CpuTimes | undefined {
    return readCpuTimes(this.#child.pid);
  }

  /** The most memory it had so far, as the system counts it; where the system does not say, null. */
  peakRssMb(): number | null {
    if (process.platform !== "linux") return null;
    const kilobytes = readFileSync(`/proc/${this.#child.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1];
    return kilobytes === undefined ? null : round(Number(kilobytes) / 1024, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
