import { GalenHttpError, type Problem } from "@galen/server/client";
import { UnreachableError } from "./unreachable-error.ts";

/** What a message needs of a problem; failures of the page itself have no request. */
export type ShownProblem = Pick<Problem, "code" | "detail"> & Partial<Pick<Problem, "hint" | "errors" | "request_id">>;

/** Any thrown value as something the page can put into words. */
export function problemOf(error: unknown): ShownProblem {
  if (error instanceof GalenHttpError) return error.problem;
  if (error instanceof StreamError) return { code: error.code, detail: error.message };
  if (error instanceof UnreachableError)
    return { code: "unreachable", detail: "The server does not answer.", hint: "Check that galen serve is running." };
  if (error instanceof SyntaxError)
    return {
      code: "unexpected_response",
      detail: "What the address answered is not JSON.",
      hint: "Check whether a proxy or another program listens on this port.",
    };
  const detail = error instanceof Error ? error.message : String(error);
  return { code: "page_error", detail, hint: "Reload the page." };
}

/** A stream that began well and then reported an error, or ended early. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
