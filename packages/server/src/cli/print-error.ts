import { GalenError } from "@galen/core";
import { errorCode } from "../problem.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

const MAX_CAUSES = 4;

/** One line each, for messages may quote files: `error:` what and where, `cause:` why, `hint:` the next step, `code:` its stable name. No stack, unless it is asked for. */
export function printError(
  error: unknown,
  { terminal, debug }: { readonly terminal: Terminal; readonly debug: boolean },
): void {
  const own = error instanceof GalenError ? error : undefined;
  const kind = error instanceof Error ? error.name : typeof error;
  const line = (style: "red" | "dim" | "cyan", label: string, text: string) =>
    terminal.err(`${terminal.style(style, label.padEnd(6))} ${text}\n`);
  line("red", "error:", plain(own?.message ?? `something failed inside Galen (${kind})`));
  for (const cause of causes(error)) line("dim", "cause:", plain(cause));
  line("cyan", "hint:", plain(own?.hint ?? "run the command again with GALEN_DEBUG=1 to see where"));
  const code = errorCode(error);
  line("dim", "code:", `${code}   docs/errors.md#${code}`);
  if (debug && error instanceof Error) terminal.err(`${error.stack}\n`);
}

/** Our own errors and those of the operating system say nothing of documents; of others only the kind is told. */
function causes(error: unknown): string[] {
  const found: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && found.length < MAX_CAUSES) {
    const tellable = cause instanceof GalenError || "syscall" in cause;
    found.push(tellable ? cause.message : cause.name);
    cause = cause.cause;
  }
  return found;
}
