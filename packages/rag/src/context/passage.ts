import type { Span } from "@galen/db/schemas";

/** A piece of a document that may be quoted: `text` is `document.text.slice(span.start, span.end)`. */
export interface Passage {
  readonly documentId: string;
  readonly title: string | undefined;
  readonly span: Span;
  readonly text: string;
  /** The search's fused score. */
  readonly score: number;
  /** Cosine of passage and question; absent in keyword mode. */
  readonly cosine: number | undefined;
}
