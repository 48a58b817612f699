import type { Problem } from "../schemas/problem.ts";

/** The server's answer was an error. `problem.code` is stable; `problem.hint` says what to do next. */
export class GalenHttpError extends Error {
  override readonly name = "GalenHttpError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }
}
