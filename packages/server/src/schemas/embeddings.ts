import { z } from "zod";

/** Texts of one call; more belong into several calls, so that others get their turn. */
const MAX_EMBEDDING_INPUTS = 2_048;
/** UTF-16 units of one input. The model reads a few hundred tokens; ten thousand words are a mistake. */
const MAX_EMBEDDING_INPUT_LENGTH = 65_536;

const Input = z.string().min(1, "an input is empty").max(MAX_EMBEDDING_INPUT_LENGTH);

/** The request of OpenAI's embeddings route. Token arrays are refused: they belong to another model's tokenizer. */
export const EmbeddingsRequest = z
  .object({
    input: z.union([Input, z.array(Input).min(1).max(MAX_EMBEDDING_INPUTS)], {
      error: "a text or a list of texts; token arrays are not supported",
    }),
    model: z.string().max(512).optional().meta({
      description:
        "The server's model in the server's precision when absent, or the `model` of a collection, in the collection's",
    }),
    encoding_format: z.enum(["float", "base64"]).default("float"),
    dimensions: z.int().positive().optional().meta({ description: "Only the model's own dimension is accepted" }),
    input_type: z
      .enum(["query", "document"])
      .default("document")
      .meta({ description: "For models that embed questions and documents differently" }),
    user: z.string().optional(),
  })
  .meta({ id: "EmbeddingsRequest" });
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;
export type EmbeddingsRequestInput = z.input<typeof EmbeddingsRequest>;

export const EmbeddingsResponse = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.int(),
        embedding: z
          .union([z.array(z.number()), z.string()])
          .meta({ description: "Numbers, or base64 of little-endian float32" }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .meta({ id: "EmbeddingsResponse" });
export type EmbeddingsResponse = z.infer<typeof EmbeddingsResponse>;
