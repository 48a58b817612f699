import type { Embedder } from "@galen/db";
import type { Span } from "@galen/db/schemas";
import { trim } from "../chunks/blocks.ts";
import type { Passage } from "../context/passage.ts";
import { findCandidates } from "./candidates.ts";
import { scoreCandidates } from "./scores.ts";

/** Below both, the best sentence of the cited passage has nothing to do with the claim. */
const MIN_COSINE = 0.35;
const MIN_COVERAGE = 0.25;

/** What in a cited passage speaks for a claim. */
export interface Support {
  readonly span: Span;
  readonly quote: string;
  /** Whether the passage is about what the claim says. */
  readonly related: boolean;
}

/** The best supporting sentence of the passage; the whole passage when it has no sentence worth quoting. */
export async function findSupport(
  claim: string,
  passage: Passage,
  { embedder, signal }: { embedder: Embedder; signal?: AbortSignal | undefined },
): Promise<Support> {
  const [best] = await scoreCandidates(claim, findCandidates([passage]), { embedder, signal });
  if (best === undefined) {
    const { start, end } = trim(passage.text, { start: 0, end: passage.text.length });
    const offset = passage.span.start;
    return { span: { start: offset + start, end: offset + end }, quote: passage.text.slice(start, end), related: true };
  }
  const related = (best.cosine ?? 0) >= MIN_COSINE || best.coverage >= MIN_COVERAGE;
  return { span: best.span, quote: best.text, related };
}

/** Whether every number of the claim stands in one of the passages: a dose that no source has is made up. */
export function hasItsNumbers(claim: string, passages: readonly Passage[]): boolean {
  const known = new Set(passages.flatMap(({ text, title }) => numbersOf(`${title ?? ""} ${text}`)));
  return numbersOf(claim).every((number) => known.has(number));
}

/** `1,500` and `1500`, `2.0` and `2` are the same number; `.` at the end belongs to the sentence. */
function numbersOf(text: string): string[] {
  return [...text.matchAll(/\d+(?:[.,]\d+)*/g)].map(([digits]) => {
    const plain = digits.replace(/,(?=\d{3}(?!\d))/g, "").replace(",", ".");
    return Number.isFinite(Number(plain)) ? String(Number(plain)) : plain;
  });
}
