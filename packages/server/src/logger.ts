import { GalenError } from "@galen/core";
import type { Config } from "./config.ts";

/** One line of the log. Never queries, document text, ids or full URLs: those may be somebody's health. */
export type LogEntry = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Logger {
  info(event: string, entry: LogEntry): void;
  error(event: string, entry: LogEntry): void;
}

export const silentLogger: Logger = { info: () => {}, error: () => {} };

/** JSON lines, one an event. */
export function createLogger(write: (line: string) => void, { logLevel }: Pick<Config, "logLevel">): Logger {
  const line = (level: string, event: string, entry: LogEntry) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...entry })}\n`);
  return {
    info: (event, entry) => (logLevel === "info" ? line("info", event, entry) : undefined),
    error: (event, entry) => (logLevel === "silent" ? undefined : line("error", event, entry)),
  };
}

/**
 * What may be logged of an error. Our own messages hold no document or query text by rule; a foreign message (SQL, a parser) may,
 * so only its kind and the places in the code are kept.
 */
export function errorFacts(error: unknown): LogEntry {
  if (!(error instanceof Error)) return { error: typeof error };
  const own = error instanceof GalenError;
  return {
    error: error.name,
    ...(own ? { code: error.code, message: error.message } : { stack: stackFrames(error) }),
    ...(error.cause !== undefined && { cause: JSON.stringify(errorFacts(error.cause)) }),
  };
}

/** The stack without its first lines, which repeat the message. */
function stackFrames(error: Error): string {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
    .join(" | ");
}
