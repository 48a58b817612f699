import { z } from "zod";
import { Metadata, Span } from "./document.ts";
import { Filter } from "./filter.ts";
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

export const SearchRequest = z
  .strictObject({
    query: Query,
    limit: z.int().min(1).max(MAX_LIMIT).default(10),
    mode: SearchMode.optional().meta({
      description: "`hybrid` when absent, `keyword` for a collection without vectors, which knows no other",
    }),
    vectors: VectorsName.optional().meta({
      description: "Which vectors of the collection to search by, where it has further ones; its own when absent",
    }),
    filter: Filter.optional(),
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
  })
  .meta({ id: "SearchRequest" });
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
    rank: z.int().nullable().meta({
      description:
        "1-based rank among this leg's candidates; null when the leg did not list it and it was scored exactly",
    }),
  })
  .meta({ id: "LegExplanation" });

export const Explanation = z
  .object({
    fusion: z.string().meta({ description: "score = Σ weight × normalized", example: "convex" }),
    dense: LegExplanation.optional(),
    keyword: LegExplanation.optional(),
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
    explain: Explanation.optional(),
  })
  .meta({ id: "Hit" });
export type Hit = z.infer<typeof Hit>;

export const SearchResponse = z
  .object({
    hits: z.array(Hit),
    cursor: z.string().optional(),
    mode: SearchMode,
    exact: z.boolean().meta({ description: "Whether every matching row was scored (no approximate index)" }),
    took_ms: z.number(),
    timings_ms: z.record(z.string(), z.number()).optional().meta({ description: "Per stage, with explain" }),
  })
  .meta({ id: "SearchResponse" });
export type SearchResponse = z.infer<typeof SearchResponse>;
