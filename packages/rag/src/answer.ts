import { DbError } from "@galen/db";
import type { CollectionReads } from "@galen/db";
import type { ChatModel } from "./chat/chat-model.ts";
import { findCandidates } from "./answers/candidates.ts";
import { findReasonToDecline } from "./answers/evidence.ts";
import { quote } from "./answers/extractive.ts";
import { generate } from "./answers/generated.ts";
import { noticeFor } from "./answers/notice.ts";
import { scoreCandidates } from "./answers/scores.ts";
import { selectSentences } from "./answers/select.ts";
import { pack } from "./context/pack.ts";
import type { Passage } from "./context/passage.ts";
import { retrieve } from "./context/retrieve.ts";
import type { Span } from "@galen/db/schemas";
import type { AnswerPiece } from "./answers/pieces.ts";
import {
  AnswerRequest,
  type Answer,
  type AnswerEvent,
  type AnswerRequestInput,
  type Citation,
  type Source,
} from "./schemas/answer.ts";

/** Tokens of passages for a chat model that does not say how many it reads. */
const CONTEXT_TOKENS = 6_000;

export interface AnswerOptions {
  /** Writes the answer. @default none: sentences of the documents are quoted as they stand */
  readonly chat?: ChatModel;
  readonly signal?: AbortSignal;
}

/**
 * Answers a question from the collection's documents. Without a chat model the answer is extractive: one to four sentences
 * of the documents, verbatim, each with its citation. With one, the model writes and every `[n]` it gives is checked: one
 * that points nowhere is taken out, and the best supporting sentence of the cited passage becomes the quote.
 *
 * When the documents do not hold the answer it is `declined` with a reason, before any model is asked.
 * Throws `query_invalid` for a bad request, `chat_failed` or `chat_unauthorized`, and what the collection throws.
 */
export async function answer(
  collection: CollectionReads,
  request: AnswerRequestInput,
  options: AnswerOptions = {},
): Promise<Answer> {
  for await (const event of streamAnswer(collection, request, options)) {
    if (event.type === "answer") return event.answer;
  }
  throw new TypeError("an answer stream ends with the answer");
}

/**
 * `answer` as it comes into being: the sources, then text and citations, then the whole answer, once. The deltas together
 * are `answer.answer`, nothing is taken back. Throws where `answer` does; it never yields an `error` event by itself.
 */
export async function* streamAnswer(
  collection: CollectionReads,
  request: AnswerRequestInput,
  { chat, signal }: AnswerOptions = {},
): AsyncIterable<AnswerEvent> {
  const started = performance.now();
  const asked = parseRequest(request);
  const embedder = await collection.embedder();
  const countTokens = (texts: readonly string[]) => embedder.countTokens(texts);
  const passages = await pack(await retrieve(collection, asked, { signal }), {
    limit: asked.limit,
    ...(chat !== undefined && { tokenBudget: chat.contextTokens ?? CONTEXT_TOKENS }),
    countTokens,
  });
  const sources = passages.map(toSource);
  yield { type: "sources", sources };
  const scored = await scoreCandidates(asked.question, findCandidates(passages), { embedder, signal });
  const draft = new Draft(await findReasonToDecline(asked.question, { passages, scored, countTokens }));
  if (!draft.declined) {
    yield* draft.collect(
      chat === undefined
        ? quote(selectSentences(scored))
        : generate(asked.question, passages, { chat, embedder, signal }),
    );
  }
  const facts = { generator: chat?.name ?? "extractive", sources, notice: noticeFor(collection.name) };
  yield { type: "answer", answer: { ...draft.result(), ...facts, took_ms: performance.now() - started } };
}

/** Passes the pieces of an answer on and keeps what they add up to. */
class Draft {
  readonly #citations: Citation[] = [];
  readonly #unverified: Span[] = [];
  #text = "";
  #reason: string | undefined;

  constructor(reason: string | undefined) {
    this.#reason = reason;
  }

  get declined(): boolean {
    return this.#reason !== undefined;
  }

  async *collect(pieces: Iterable<AnswerPiece> | AsyncIterable<AnswerPiece>): AsyncIterable<AnswerEvent> {
    for await (const piece of pieces) {
      if (piece.type === "text") this.#text += piece.delta;
      if (piece.type === "citation") this.#citations.push(piece.citation);
      if (piece.type === "text" || piece.type === "citation") yield piece;
      if (piece.type === "unverified") this.#unverified.push(piece.span);
      if (piece.type === "declined") this.#reason = piece.reason;
    }
  }

  result(): Pick<Answer, "answer" | "citations" | "unverified" | "declined" | "reason"> {
    return {
      answer: this.#text,
      citations: this.#citations,
      declined: this.declined,
      ...(this.#unverified.length > 0 && { unverified: this.#unverified }),
      ...(this.#reason !== undefined && { reason: this.#reason }),
    };
  }
}

function parseRequest(request: AnswerRequestInput): AnswerRequest {
  const parsed = AnswerRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new DbError(
    "query_invalid",
    `the answer request is invalid${where === "" ? "" : ` at ${where}`}: ${issue?.message}`,
  );
}

function toSource({ documentId, title, span, text, score }: Passage): Source {
  return { document_id: documentId, ...(title !== undefined && { title }), passage: span, text, score };
}
