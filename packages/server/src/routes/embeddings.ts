import type { Embedder } from "@galen/db";
import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
import { ServerError } from "../errors.ts";
import { EmbeddingsRequest, EmbeddingsResponse } from "../schemas/embeddings.ts";
import type { Services } from "../services.ts";
import { json, jsonBody, problems } from "./responses.ts";

const createEmbeddings = createRoute({
  method: "post",
  path: "/v1/embeddings",
  operationId: "createEmbeddings",
  tags: ["Embeddings"],
  summary: "Embed texts (OpenAI's shape)",
  request: jsonBody(EmbeddingsRequest),
  responses: { 200: json(EmbeddingsResponse, "One vector an input, in order"), ...problems(400, 404, 413, 415, 422) },
});

export function embeddingRoutes(services: Services) {
  return newRoutes().openapi(createEmbeddings, async (c) => {
    const request = c.req.valid("json");
    const signal = c.get("signal");
    const embedder = await services.embedder(request.model);
    requireDimension(request, embedder);
    const texts = typeof request.input === "string" ? [request.input] : request.input;
    const vectors = await embed(embedder, texts, { inputType: request.input_type, signal });
    const tokens = sum(await embedder.countTokens(texts));
    return c.json(
      {
        object: "list" as const,
        data: vectors.map((vector, index) => ({
          object: "embedding" as const,
          index,
          embedding: request.encoding_format === "base64" ? toBase64(vector) : [...vector],
        })),
        model: embedder.model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
      200,
    );
  });
}

interface EmbedInputs {
  readonly inputType: EmbeddingsRequest["input_type"];
  readonly signal: AbortSignal;
}

async function embed(
  embedder: Embedder,
  texts: readonly string[],
  { inputType, signal }: EmbedInputs,
): Promise<Float32Array[]> {
  if (inputType === "document") return embedder.embedDocuments(texts, { signal });
  const vectors: Float32Array[] = [];
  for (const text of texts) vectors.push(await embedder.embedQuery(text, { signal }));
  return vectors;
}

function requireDimension({ dimensions }: EmbeddingsRequest, { dimension }: Embedder): void {
  if (dimensions === undefined || dimensions === dimension) return;
  const message = `the model's vectors have ${dimension} dimensions and are not cut`;
  throw new ServerError("request_invalid", `dimensions: ${message}`, {
    details: { issues: [{ in: "body", pointer: "/dimensions", message }] },
  });
}

/** Little-endian on every machine, as clients expect. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString("base64");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
