import type { Answer } from "@galen/rag";
import { AnswerRequest } from "@galen/rag/schemas";
import { interruptible } from "../interruptible.ts";
import { checked, parseFilter } from "../json-option.ts";
import type { DataOptions } from "../open-data.ts";
import { openReader } from "../reader.ts";
import type { Terminal } from "../terminal.ts";
import { counted, plain } from "../text.ts";

export interface AskOptions extends DataOptions {
  readonly collection: string;
  readonly question: string;
  readonly limit: number;
  readonly mode?: string;
  readonly filter?: string;
}

export async function ask(
  { collection: name, question, limit, mode, filter, ...options }: AskOptions,
  terminal: Terminal,
): Promise<void> {
  const parsed = parseFilter(filter);
  const request = checked(
    AnswerRequest,
    { question, limit, mode, ...(parsed !== undefined && { filter: parsed }) },
    "question",
  );
  await using reader = await openReader(options);
  const result = await interruptible((signal) => reader.answer(name, request, { signal }));
  if (options.json === true) terminal.out(`${JSON.stringify(result)}\n`);
  else printAnswer(result, terminal);
}

/** The answer, the passages it cites, and the notice that belongs to it. */
export function printAnswer(result: Answer, terminal: Terminal): void {
  const { declined, reason, citations, sources, generator, notice } = result;
  terminal.out(
    `${declined ? `No answer: ${plain(reason ?? "the documents do not answer this")}` : result.answer.split("\n").map(plain).join("\n")}\n`,
  );
  for (const { marker, document_id, title, start, end, quote } of citations) {
    const name = title === undefined ? plain(document_id) : `${plain(title)}  ${plain(document_id)}`;
    terminal.out(`\n  [${marker}] ${terminal.style("bold", name, "out")}  ${start}–${end}\n      “${plain(quote)}”\n`);
  }
  terminal.out(`\n${notice}\n`);
  terminal.err(
    `${terminal.style("dim", `${counted(sources.length, "passage")} read · ${generator} · ${Math.round(result.took_ms)} ms`)}\n`,
  );
}
