import { Filter, MAX_QUERY_LENGTH, SearchMode, Span } from "@galen/db/schemas";
import { z } from "zod";

/** Passages that an answer may read. */
export const MAX_ANSWER_PASSAGES = 50;

export const AnswerRequest = z
  .strictObject({
    question: z
      .string()
      .max(MAX_QUERY_LENGTH)
      .refine((question) => question.trim() !== "", "the question is empty"),
    limit: z.int().min(1).max(MAX_ANSWER_PASSAGES).default(8).meta({ description: "Passages to read" }),
    mode: SearchMode.optional().meta({
      description: "`hybrid` when absent, `keyword` for a collection without vectors",
    }),
    filter: Filter.optional(),
    stream: z.boolean().default(false).meta({ description: "Answer as server-sent events (`AnswerEvent`)" }),
  })
  .meta({ id: "AnswerRequest" });
export type AnswerRequest = z.infer<typeof AnswerRequest>;
export type AnswerRequestInput = z.input<typeof AnswerRequest>;

/** `quote` is exactly `document.text.slice(start, end)`. */
export const Citation = Span.extend({
  marker: z.int().min(1).meta({ description: "The n of [n] in the answer" }),
  document_id: z.string(),
  title: z.string().optional(),
  quote: z.string(),
}).meta({ id: "Citation" });
export type Citation = z.infer<typeof Citation>;

/** A passage that was read for the answer, whether cited or not. */
export const Source = z
  .object({ document_id: z.string(), title: z.string().optional(), passage: Span, text: z.string(), score: z.number() })
  .meta({ id: "Source" });
export type Source = z.infer<typeof Source>;

export const Answer = z
  .object({
    answer: z.string().meta({ description: "With markers [n]; empty when declined" }),
    citations: z.array(Citation),
    declined: z.boolean().meta({ description: "True when the documents do not answer the question" }),
    unverified: z.array(Span).optional().meta({
      description: "Ranges of the answer that no cited passage supports: without citation, or with a number it lacks",
    }),
    reason: z.string().optional().meta({ description: "Why it was declined" }),
    generator: z.string().meta({ description: "`extractive`, or the chat model's name" }),
    sources: z.array(Source),
    notice: z.string().meta({ description: "To be shown with every answer" }),
    took_ms: z.number(),
  })
  .meta({ id: "Answer" });
export type Answer = z.infer<typeof Answer>;

/** Server-sent events of a streamed answer, in order: sources, then text and citations, then the whole answer once. */
export const AnswerEvent = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("sources"), sources: z.array(Source) }),
    z.object({ type: z.literal("text"), delta: z.string() }),
    z.object({ type: z.literal("citation"), citation: Citation }),
    z.object({ type: z.literal("answer"), answer: Answer }),
    z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
  ])
  .meta({ id: "AnswerEvent" });
export type AnswerEvent = z.infer<typeof AnswerEvent>;
