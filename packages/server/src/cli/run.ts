import { CommanderError } from "commander";
import { environmentFacts } from "../config.ts";
import { ServerError } from "../errors.ts";
import { printError } from "./print-error.ts";
import { createProgram } from "./program/program.ts";
import { EXIT_INTERRUPTED } from "./stop-signal.ts";
import type { Terminal } from "./terminal.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs one command line. 0 done, 1 failed, 2 wrong usage, 130 stopped with Ctrl-C. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    printError(shown, { terminal, debug: environmentFacts().debug });
    return exitCode(shown);
  }
}

function exitCode(error: unknown): number {
  if (!(error instanceof ServerError)) return EXIT_FAILED;
  if (error.code === "usage") return EXIT_USAGE;
  return error.code === "interrupted" ? EXIT_INTERRUPTED : EXIT_FAILED;
}

/** Commander's sentence without its prefix; its guess at what was meant becomes the hint. */
function usageError({ message, code }: CommanderError): ServerError {
  if (code === "commander.help")
    return new ServerError("usage", "no command was given", { hint: "`galen --help` lists the commands." });
  const [what = "", guess] = message.split("\n");
  const meant = /\((.*)\)/.exec(guess ?? "")?.[1];
  return new ServerError("usage", what.replace(/^error: /, ""), {
    hint: meant ?? "`galen help <command>` shows how it is used.",
  });
}
