import { problemKinds } from "../problem.ts";
import { GENERATED } from "./markdown.ts";

const INTRODUCTION = `Every error has a stable code: \`code\` in the problem document of an HTTP answer (RFC 9457), the last line of an error on the command
line, \`error.code\` in the library. The sentence beside it may change, the code does not. Errors never repeat queries, document text or
keys.`;

/** docs/errors.md: every code with its HTTP status and meaning; an anchor for each. */
export function errorsDocument(): string {
  const entries = Object.entries(problemKinds).sort(([one], [other]) => (one < other ? -1 : 1));
  const sections = entries.map(([code, { status, title }]) => `### ${code}\n\n${title}. HTTP ${status}.`);
  return [GENERATED, "# Errors", INTRODUCTION, ...sections].join("\n\n").concat("\n");
}
