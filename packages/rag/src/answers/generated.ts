import type { Embedder } from "@galen/db";
import type { Span } from "@galen/db/schemas";
import type { ChatModel } from "../chat/chat-model.ts";
import { buildPrompt, REFUSAL } from "../chat/prompt.ts";
import type { Passage } from "../context/passage.ts";
import { RagError } from "../errors.ts";
import type { Citation } from "../schemas/answer.ts";
import { ClaimReader } from "./claims.ts";
import { readMarkers } from "./markers.ts";
import type { AnswerPiece } from "./pieces.ts";
import { findSupport, hasItsNumbers } from "./support.ts";

/** A model that goes on for longer is caught in a loop. */
const MAX_REPLY_LENGTH = 32_768;

export interface GenerateOptions {
  readonly chat: ChatModel;
  readonly embedder: Embedder;
  readonly signal: AbortSignal | undefined;
}

/**
 * A chat model's answer with checked citations. Its sentences are held back until one has a citation that holds, so that
 * a reply without any is declined and nothing of it was shown.
 */
export async function* generate(
  question: string,
  passages: readonly Passage[],
  { chat, embedder, signal }: GenerateOptions,
): AsyncIterable<AnswerPiece> {
  const writer = new ClaimWriter(passages, { embedder, signal });
  const reader = new ClaimReader();
  let length = 0;
  for await (const delta of chat.stream(buildPrompt(question, passages), signal === undefined ? {} : { signal })) {
    length += delta.length;
    if (length > MAX_REPLY_LENGTH) throw tooLong(chat);
    for (const claim of reader.push(delta)) yield* await writer.write(claim);
  }
  for (const claim of reader.finish()) yield* await writer.write(claim);
  if (!writer.hasCitations) yield { type: "declined", reason: writer.refused ? REFUSED : UNCITED };
}

const REFUSED = "The chat model found no answer in the passages.";
const UNCITED = "The chat model's reply cites none of the passages, so it was not shown.";

/** Claims in, checked text and citations out. Knows the answer's length so far, for the ranges that are not verified. */
class ClaimWriter {
  readonly #passages: readonly Passage[];
  readonly #check: { embedder: Embedder; signal: AbortSignal | undefined };
  readonly #citations: Citation[] = [];
  #held: AnswerPiece[] = [];
  #length = 0;
  refused = false;

  constructor(passages: readonly Passage[], check: { embedder: Embedder; signal: AbortSignal | undefined }) {
    this.#passages = passages;
    this.#check = check;
  }

  get hasCitations(): boolean {
    return this.#citations.length > 0;
  }

  async write(raw: string): Promise<AnswerPiece[]> {
    const { text, numbers } = readMarkers(raw);
    const claim = withoutLinks(text).trim();
    this.refused ||= claim.startsWith(REFUSAL.slice(0, -1));
    if (!/[\p{L}\p{N}]/u.test(claim)) return [];
    const cited = numbers.flatMap((number) => this.#passages[number - 1] ?? []);
    const citations = await this.#cite(claim, cited);
    this.#held.push(...this.#pieces(claim, citations, { gap: this.#gap(raw), verified: hasItsNumbers(claim, cited) }));
    return this.hasCitations ? this.#held.splice(0) : [];
  }

  async #cite(claim: string, cited: readonly Passage[]): Promise<Citation[]> {
    const citations: Citation[] = [];
    for (const passage of cited) {
      const { span, quote, related } = await findSupport(claim, passage, this.#check);
      if (related) citations.push(this.#number({ passage, span, quote }));
    }
    return citations;
  }

  /** The same quote keeps its marker. */
  #number({ passage, span, quote }: { passage: Passage; span: Span; quote: string }): Citation {
    const { documentId, title } = passage;
    const known = this.#citations.find(
      (other) => other.document_id === documentId && other.start === span.start && other.end === span.end,
    );
    if (known !== undefined) return known;
    const marker = this.#citations.length + 1;
    const citation = { marker, document_id: documentId, ...(title !== undefined && { title }), ...span, quote };
    this.#citations.push(citation);
    return citation;
  }

  *#pieces(claim: string, citations: readonly Citation[], { gap, verified }: { gap: string; verified: boolean }) {
    const text = gap + [claim, ...new Set(citations.map(({ marker }) => `[${marker}]`))].join(" ");
    const start = this.#length + gap.length;
    this.#length += text.length;
    yield { type: "text", delta: text } satisfies AnswerPiece;
    for (const citation of citations) {
      if (!this.#told.has(citation.marker)) yield { type: "citation", citation } satisfies AnswerPiece;
      this.#told.add(citation.marker);
    }
    if (citations.length === 0 || !verified) {
      yield { type: "unverified", span: { start, end: start + claim.length } } satisfies AnswerPiece;
    }
  }

  readonly #told = new Set<number>();
  #lineBreaks = "";

  /** What stands between the last claim and this one: the model's line breaks, else a space. */
  #gap(raw: string): string {
    const gap = this.#length === 0 ? "" : this.#lineBreaks || (/^\s*\n/.test(raw) ? "\n" : " ");
    this.#lineBreaks = /\n[^\S\n]*\n\s*$/.test(raw) ? "\n\n" : /\n\s*$/.test(raw) ? "\n" : "";
    return gap;
  }
}

/** The page shows text; an image or a link in a reply can only be a mistake, or a way to carry the question elsewhere. */
function withoutLinks(text: string): string {
  return text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\(?\bhttps?:\/\/[^\s)]+\)?/gi, "")
    .replace(/<\/?[a-z][^<>]{0,200}>/gi, "");
}

function tooLong({ name }: ChatModel): RagError {
  return new RagError("chat_failed", `the chat model ${name} wrote more than ${MAX_REPLY_LENGTH} characters`);
}
