import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Embedder } from "../embedder.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import type { LearnedAbbreviations } from "./expansion/learned-abbreviations.ts";
import type { Synonyms } from "./expansion/synonyms.ts";
import type { Highlighter } from "./highlights.ts";
import type { Reranker } from "./rerank.ts";
import type { FrozenWindows } from "./windows.ts";

/** What a search reads. It takes no lock: writers replace whole documents in one commit. */
export interface SearchSources {
  readonly collectionId: string;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly highlighter: Highlighter;
  readonly windows: FrozenWindows;
  readonly abbreviations: LearnedAbbreviations;
  readonly embedder: (vectors: string | undefined) => Promise<Embedder>;
}

export interface SearchOptions {
  readonly signal?: AbortSignal;
  /** What `rerank` of a request means. */
  readonly reranker?: Reranker;
  /** What `expand` of a request looks for besides abbreviations. */
  readonly synonyms?: Synonyms;
}
