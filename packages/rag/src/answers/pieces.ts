import type { Span } from "@galen/db/schemas";
import type { AnswerEvent } from "../schemas/answer.ts";

/** What an answer is put together from, in order. */
export type AnswerPiece =
  | Extract<AnswerEvent, { type: "text" | "citation" }>
  | { readonly type: "unverified"; readonly span: Span }
  | { readonly type: "declined"; readonly reason: string };
