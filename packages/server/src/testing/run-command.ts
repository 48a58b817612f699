import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runCli } from "../cli/run.ts";
import type { Terminal } from "../cli/terminal.ts";

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, without a terminal. */
export async function runHere(...args: readonly string[]): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    columns: 80,
    outIsTerminal: false,
    redraws: false,
    style: (_format, text) => text,
  };
  const code = await runCli(args, terminal);
  return { code, out: out.join(""), err: err.join("") };
}

const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** Starts the command as a process of its own, from its sources. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, ["--conditions=@galen/source", MAIN, ...args], { env: { ...process.env, ...env } });
}

/** Waits for its end; `input` goes to its standard input. */
export async function finish(child: ChildProcess, input = ""): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => err.push(text));
  child.stdin?.end(input);
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { code: await promise, out: out.join(""), err: err.join("") };
}
