import type { Citation } from "../schemas/answer.ts";
import type { AnswerPiece } from "./pieces.ts";
import type { Scored } from "./scores.ts";

/** Sentences as they stand in their documents, each with its marker. */
export function* quote(sentences: readonly Scored[]): Iterable<AnswerPiece> {
  for (const [index, sentence] of sentences.entries()) {
    const citation = cite(sentence, index + 1);
    yield { type: "text", delta: `${index === 0 ? "" : " "}${citation.quote} [${citation.marker}]` };
    yield { type: "citation", citation };
  }
}

function cite({ passage, span, text }: Scored, marker: number): Citation {
  const { documentId, title } = passage;
  return { marker, document_id: documentId, ...(title !== undefined && { title }), ...span, quote: text };
}
