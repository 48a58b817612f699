import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadSentenceTransformer } from "@galen/db";
import { splitPassages } from "@galen/rag";
import { hasMedquad, readMedquad, sample } from "../medquad.ts";

export interface Corpus {
  readonly source: string;
  readonly documents: readonly { readonly id: string; readonly text: string }[];
}

const DEMO = fileURLToPath(new URL("../../examples/demo-collection/passages.jsonl", import.meta.url));

/**
 * Passages as documents: none is longer than what the model reads, so that every contestant encodes the same tokens. Of MedQuAD's
 * answers, from all of its sources, where they are at hand; else of the demo collection, which has fewer.
 */
export async function readCorpus(model: string, count: number): Promise<Corpus> {
  const fromMedquad = hasMedquad();
  const texts = fromMedquad ? sample(readMedquad(), count).map(({ answer }) => answer) : demoTexts();
  const passages: string[] = [];
  await using embedder = await loadSentenceTransformer(model);
  for (const text of texts) {
    const spans = await splitPassages(text, { title: undefined, embedder });
    passages.push(...spans.map(({ start, end }) => text.slice(start, end)));
  }
  const documents = sample(passages, count).map((text, at) => ({ id: `p${at}`, text }));
  return { source: fromMedquad ? "MedQuAD" : "demo collection", documents };
}

function demoTexts(): string[] {
  const lines = readFileSync(DEMO, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}
