import { z } from "zod";
import { DocumentId, Metadata, Span } from "./document.ts";
import { Filter } from "./filter.ts";
import { FusionSettings } from "./fusion.ts";
import { Metric } from "./metric.ts";
import { ObjectInfo } from "./object.ts";
import { VectorsName } from "./vectors.ts";

/** Longer questions are documents; the model reads a few hundred tokens anyway. */
export const MAX_QUERY_LENGTH = 10_000;
export const MAX_LIMIT = 1_000;

export const SearchMode = z.enum(["hybrid", "dense", "keyword"]).meta({ id: "SearchMode" });
export type SearchMode = z.infer<typeof SearchMode>;

export const Query = z
  .string()
  .max(MAX_QUERY_LENGTH)
  .refine((query) => query.trim() !== "", "the query is empty")
  .meta({ id: "Query", example: "can I take ibuprofen with high blood pressure" });

/** Facets count all matching documents: each one reads a column. */
const MAX_FACETS = 16;
/** A cross-encoder reads every passage with the query; two hundred take a second on two cores. */
export const MAX_RERANKED = 200;

export const Rerank = z
  .strictObject({
    depth: z
      .int()
      .min(1)
      .max(MAX_RERANKED)
      .default(50)
      .meta({ description: "Hits that it scores; there are no others" }),
  })
  .meta({ id: "Rerank" });
export type Rerank = z.infer<typeof Rerank>;

const SearchRequestShape = z.strictObject({
  query: Query.optional().meta({ description: "This or `like`" }),
  like: DocumentId.optional().meta({
    description:
      "Id of a document: what is near the mean of its passages' vectors, without itself. `mode` is `dense` then",
  }),
  limit: z.int().min(1).max(MAX_LIMIT).default(10),
  mode: SearchMode.optional().meta({
    description: "`hybrid` when absent, `keyword` for a collection without vectors, which knows no other",
  }),
  vectors: VectorsName.optional().meta({
    description: "Which vectors of the collection to search by, where it has further ones; its own when absent",
  }),
  filter: Filter.optional(),
  fusion: FusionSettings.optional().meta({ description: "How a hybrid search joins its legs" }),
  min_score: z
    .number()
    .optional()
    .meta({ description: "Hits below are left out; what a score means depends on the mode" }),
  syntax: z.enum(["plain", "operators"]).default("plain").meta({
    description:
      '`operators`: `"a phrase"` and `+word` must be there and `-word` must not, as they are written, in every mode; `word*` also finds longer words',
  }),
  typos: z.boolean().default(true).meta({
    description:
      "Whether a keyword search that finds less than `limit` passages looks for similar words, too; such hits come last, with half their score. Passages of the last writes are compared exactly",
  }),
  expand: z.boolean().default(false).meta({
    description:
      "Whether the keyword leg also looks for what terms are called otherwise, at half their weight: abbreviations as the collection's own texts define them, and synonyms that were given",
  }),
  diversity: z.number().min(0).max(1).default(0).meta({
    description:
      "How much likeness to better hits counts against a hit (maximal marginal relevance with λ = 1 − diversity)",
  }),
  rerank: Rerank.optional(),
  facets: z.array(z.string().min(1).max(256)).max(MAX_FACETS).optional().meta({
    description: "Fields, or `tags`: their most frequent values among all documents that match the filter",
  }),
  snippet: z.int().min(20).max(2_000).optional().meta({
    description: "Adds the piece of each passage, of about so many characters, where most of the query's words are",
  }),
  cursor: z
    .string()
    .max(4_096)
    .optional()
    .meta({ description: "From the previous page; the other fields must be the same" }),
  explain: z.boolean().default(false),
  level: z
    .enum(["document", "passage"])
    .default("document")
    .meta({ description: "One hit a document (its best passage), or one a passage" }),
});

/** Options of a request that contradict each other, or the mode, with their places: they are refused rather than ignored. */
export function contradictionsOf({
  query,
  like,
  mode,
  fusion,
  syntax,
  diversity,
  expand,
  rerank,
}: z.infer<typeof SearchRequestShape>): { readonly field: string; readonly message: string }[] {
  const isLike = like !== undefined;
  const cases = [
    { field: "query", is: (query === undefined) === !isLike, message: "either query or like" },
    { field: "mode", is: isLike && mode !== undefined && mode !== "dense", message: "a search by likeness is dense" },
    { field: "syntax", is: isLike && syntax !== "plain", message: "a search by likeness has no words" },
    { field: "expand", is: expand && (isLike || mode === "dense"), message: "a dense search has no words to expand" },
    { field: "rerank", is: isLike && rerank !== undefined, message: "a search by likeness has no query to rerank by" },
    {
      field: "fusion",
      is: fusion !== undefined && (isLike || mode === "dense" || mode === "keyword"),
      message: "a search of one leg joins nothing",
    },
    { field: "diversity", is: diversity > 0 && mode === "keyword", message: "a keyword search compares no vectors" },
  ];
  return cases.filter(({ is }) => is).map(({ field, message }) => ({ field, message }));
}

export const SearchRequest = SearchRequestShape.superRefine((request, context) => {
  for (const { field, message } of contradictionsOf(request)) {
    context.addIssue({ code: "custom", path: [field], message });
  }
}).meta({ id: "SearchRequest" });
export type SearchRequest = z.infer<typeof SearchRequest>;
export type SearchRequestInput = z.input<typeof SearchRequest>;

/** One leg's view of a hit. Scores are those of the hit's passage. */
export const LegExplanation = z
  .object({
    raw: z
      .number()
      .meta({ description: "By the vectors' metric (cosine similarity, dot product, or 1 / (1 + d²)), or BM25" }),
    normalized: z.number().meta({ description: "On the common 0–1 scale" }),
    metric: Metric.optional().meta({ description: "What `raw` is, of vectors" }),
    weight: z.number(),
    fuzzy: z.boolean().optional().meta({ description: "Whether only similar words were found" }),
    rank: z.int().nullable().meta({
      description:
        "1-based rank among this leg's candidates; null when the leg did not list it and it was scored exactly",
    }),
  })
  .meta({ id: "LegExplanation" });

export const Explanation = z
  .object({
    fusion: z.string().meta({
      description:
        "score = Σ weight × normalized; of `log_odds` σ(√2 × Σ weight × logit(normalized)); `none` for one leg",
      example: "convex",
    }),
    dense: LegExplanation.optional(),
    keyword: LegExplanation.optional(),
    rerank: z
      .object({ score: z.number(), rank: z.int() })
      .optional()
      .meta({ description: "Score and rank before a model scored the hit anew" }),
    redundancy: z.number().optional().meta({ description: "With `diversity`: largest cosine to a better hit" }),
  })
  .meta({ id: "Explanation" });
export type Explanation = z.infer<typeof Explanation>;

/** Spans of query terms, offsets into the hit's own `text` or `title`. */
export const Highlight = Span.extend({ field: z.enum(["text", "title"]) }).meta({ id: "Highlight" });
export type Highlight = z.infer<typeof Highlight>;

export const Hit = z
  .object({
    id: z.string().meta({ description: "The document's id" }),
    score: z.number(),
    text: z.string().meta({ description: "Text of the best passage" }),
    title: z.string().optional(),
    tags: z.array(z.string()).optional(),
    metadata: Metadata,
    object: ObjectInfo.optional(),
    passage: Span.meta({ description: "Where `text` stands in the document, in UTF-16 units" }),
    highlights: z.array(Highlight),
    snippet: Span.optional().meta({ description: "With `snippet`: a part of the document, as `passage` is" }),
    explain: Explanation.optional(),
  })
  .meta({ id: "Hit" });
export type Hit = z.infer<typeof Hit>;

export const Facet = z
  .object({
    values: z
      .array(z.object({ value: z.union([z.string(), z.number(), z.boolean()]), count: z.int() }))
      .meta({ description: "The most frequent, most first; dates as ISO 8601" }),
    other: z.int().meta({ description: "Documents that have further values" }),
    missing: z.int().meta({ description: "Documents without a value" }),
    exact: z.boolean().meta({ description: "False where there were too many documents to count all" }),
  })
  .meta({ id: "Facet" });
export type Facet = z.infer<typeof Facet>;

/** Searches in one call: each holds an answer in memory until the last is done. */
export const MAX_BATCH_SEARCHES = 100;

export const SearchBatchRequest = z
  .strictObject({ searches: z.array(SearchRequest).min(1).max(MAX_BATCH_SEARCHES) })
  .meta({ id: "SearchBatchRequest" });
export type SearchBatchRequest = z.infer<typeof SearchBatchRequest>;
export type SearchBatchRequestInput = z.input<typeof SearchBatchRequest>;

export const SearchResponse = z
  .object({
    hits: z.array(Hit),
    facets: z.record(z.string(), Facet).optional(),
    cursor: z.string().optional(),
    mode: SearchMode,
    exact: z.boolean().meta({ description: "Whether every matching row was scored (no approximate index)" }),
    expanded: z.array(z.string()).optional().meta({ description: "With `expand`: what was also looked for" }),
    fuzzy: z.boolean().optional().meta({ description: "True when hits with similar words were added" }),
    selectivity: z
      .object({ matching: z.int(), total: z.int() })
      .optional()
      .meta({ description: "Passages that match the filter, and all; with explain" }),
    took_ms: z.number(),
    timings_ms: z.record(z.string(), z.number()).optional().meta({ description: "Per stage, with explain" }),
  })
  .meta({ id: "SearchResponse" });
export type SearchResponse = z.infer<typeof SearchResponse>;

export const SearchBatchResponse = z
  .object({ responses: z.array(SearchResponse).meta({ description: "In the order of the searches" }) })
  .meta({ id: "SearchBatchResponse" });
export type SearchBatchResponse = z.infer<typeof SearchBatchResponse>;
