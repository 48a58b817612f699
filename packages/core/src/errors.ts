/** The one error base of the project: a stable `code` for programs, a sentence for people, a `hint` with the next step. */
export class GalenError<Code extends string = string> extends Error {
  readonly code: Code;
  /** What to do next, as one sentence; absent when there is nothing useful to say. */
  readonly hint: string | undefined;
  /** Facts about the failure (names, sizes, positions). Never document or query text. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, { hint, details = {}, cause }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

export interface ErrorFacts {
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Codes that `@galen/core` throws. */
export type CoreErrorCode =
  | "model_not_found"
  | "model_invalid"
  | "model_offline"
  | "model_access_denied"
  | "model_download_failed"
  | "disk_full"
  | "weights_missing"
  | "weights_invalid"
  | "architecture_unsupported"
  | "tokenizer_invalid"
  | "precision_unsupported"
  | "input_invalid"
  | "inference_failed"
  | "disposed"
  | "pairs_invalid"
  | "correlation_undefined";

/** A model folder, its weights, its tokenizer or an inference that failed. */
export class ModelError extends GalenError<CoreErrorCode> {}

/** Pairs of texts that cannot be evaluated, or scores that have no correlation. */
export class EvaluationError extends GalenError<CoreErrorCode> {}
