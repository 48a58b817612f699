import { z } from "zod";

const count = z.int().nonnegative();

/** What `inspectModel` finds; the JSON document of `galen model inspect`. */
export const ModelInspection = z.object({
  name: z.string(),
  kind: z.string().describe("Class of sentence-transformers: SentenceTransformer, CrossEncoder, …"),
  identity: z
    .string()
    .nullable()
    .describe("What decides the vectors; a collection stores it. null for a model that gives none"),
  source: z.object({
    origin: z.enum(["folder", "npm", "cache"]),
    path: z.string(),
    commit: z.string().nullable().describe("Of a model in the Hugging Face cache"),
  }),
  files: z.array(z.object({ path: z.string(), bytes: count })),
  bytes: count.describe("Of all files"),
  architecture: z.object({
    model_type: z.string().nullable().describe("As config.json says; null for an exported ONNX graph, as the next two"),
    layers: count.nullable(),
    heads: count.nullable(),
    hidden_size: count,
    max_positions: count,
    vocabulary_size: count.nullable().describe("Rows of the word table"),
    parameters: count.nullable().describe("Numbers in the floating-point tensors; null for an exported ONNX graph"),
    dtypes: z.record(z.string(), count).describe("Stored types of the tensors, with the numbers that each holds"),
  }),
  steps: z.array(z.looseObject({ kind: z.string() })).describe("What follows the encoder, in order"),
  dimension: count.nullable().describe("Components of a sentence vector"),
  max_seq_length: count.describe("Longest input in tokens, special tokens included"),
  similarity: z.string(),
  prompts: z.record(z.string(), z.string()),
  default_prompt_name: z.string().nullable(),
  tokenizer: z.object({
    kind: z.string().describe("Of tokenizer.json: WordPiece, BPE, Unigram, WordLevel"),
    vocabulary_size: count.describe("Largest token id + 1"),
    special_tokens: z.array(z.object({ id: count, content: z.string() })),
    special_tokens_per_text: count,
    lower_case: z.boolean().describe("Whether texts are lower-cased before the tokenizer sees them"),
  }),
});
export type ModelInspection = z.infer<typeof ModelInspection>;
