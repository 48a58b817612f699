/** RFC 9457, as the server answers every failure. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly request_id?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** The server answered, and said no. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options);
    this.problem = problem;
  }
}

/** Nobody answered, or the answer broke off. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** Any thrown value as something the page can put into words. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem;
  if (error instanceof UnreachableError)
    return {
      title: "The server does not answer",
      status: 0,
      code: "unreachable",
      detail: error.message,
      hint: "Check that galen serve is running.",
    };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: "The page failed", status: 0, code: "page_error", detail, hint: "Reload the page." };
}
