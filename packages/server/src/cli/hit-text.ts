import type { Hit } from "@galen/db/schemas";
import { plain } from "./text.ts";

const BAR_CELLS = 10;
/** Words before the first marked term, so that it is read in its sentence. */
const LEAD = 60;
const SNIPPET_LENGTH = 240;

/** `██████░░░░`: a score from 0 to 1. */
export function scoreBar(ratio: number): string {
  const filled = Math.max(0, Math.min(BAR_CELLS, Math.round(ratio * BAR_CELLS)));
  return "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
}

/** The piece of the passage around its first marked term, on one line; the whole passage where there is no terminal to fit. */
export function snippet({ text, highlights }: Hit, width: number | undefined): string {
  if (width === undefined) return plain(text);
  const first = highlights.find(({ field }) => field === "text")?.start ?? 0;
  const start = first <= LEAD ? 0 : wordStart(text, first - LEAD);
  const piece = plain(text.slice(start, start + SNIPPET_LENGTH));
  return `${start > 0 ? "…" : ""}${piece}${start + SNIPPET_LENGTH < text.length ? "…" : ""}`;
}

function wordStart(text: string, from: number): number {
  const space = text.indexOf(" ", from);
  return space === -1 ? from : space + 1;
}
