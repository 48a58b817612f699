import type { Answer } from "@galen/rag/schemas";

/** An answer as plain text: with its sources and the notice, which goes wherever the answer goes. */
export function copiedAnswer(question: string, answer: Answer, collection: string): string {
  const cited = answer.citations.map(
    ({ marker, title, document_id, start, end, quote }) =>
      `[${marker}] ${title ?? document_id} (${collection}/${document_id}, ${start}–${end}): “${quote}”`,
  );
  const body = answer.declined ? ["The documents do not answer this.", answer.reason ?? ""] : [answer.answer];
  return [question, ...body, cited.join("\n"), answer.notice].filter((part) => part !== "").join("\n\n");
}
