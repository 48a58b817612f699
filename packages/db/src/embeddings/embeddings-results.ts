import type { EmbeddingsId } from "./embeddings-document.ts";
import type { TokenImportance } from "../search/token-importance.ts";
import type { SqlValue } from "./sql/functions.ts";

/** With content. A statement's rows have the columns that it names instead. */
export interface EmbeddingsHit {
  readonly id: string;
  readonly text: string;
  readonly score: number;
  readonly [column: string]: SqlValue;
}

export type EmbeddingsResult<Content extends boolean> = Content extends true
  ? EmbeddingsHit
  : readonly [id: EmbeddingsId, score: number];

/** What the words of a text add to its score. */
export interface EmbeddingsExplanation {
  /** Of the document, or the place among the given texts. */
  readonly id: EmbeddingsId;
  readonly text: string;
  readonly score: number;
  readonly tokens: readonly TokenImportance[];
}

/** What a text is, for models that tell queries from documents. */
export type EmbeddingsCategory = "query" | "data";
