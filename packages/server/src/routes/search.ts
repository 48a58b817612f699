import { SearchBatchRequest, SearchBatchResponse, SearchRequest, SearchResponse } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
import type { AppContext } from "../context.ts";
import type { Services } from "../services.ts";
import { CollectionParams, json, jsonBody, problems } from "./responses.ts";

const search = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/search",
  operationId: "search",
  tags: ["Search"],
  summary: "Search a collection",
  request: { params: CollectionParams, ...jsonBody(SearchRequest) },
  responses: { 200: json(SearchResponse, "Hits, the best first"), ...problems(400, 404, 410, 413, 415, 422) },
});

const searchBatch = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/search:batch",
  operationId: "searchBatch",
  tags: ["Search"],
  summary: "Answer several searches",
  description: "One that is not valid fails all of them.",
  request: { params: CollectionParams, ...jsonBody(SearchBatchRequest) },
  responses: { 200: json(SearchBatchResponse, "An answer for each"), ...problems(400, 404, 410, 413, 415, 422) },
});

export function searchRoutes({ database, reranker, synonyms }: Services) {
  const given = { ...(reranker && { reranker }), ...(synonyms && { synonyms }) };
  const optionsOf = (c: AppContext) => ({ signal: c.get("signal"), ...given });
  return newRoutes()
    .openapi(search, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      return c.json(await collection.search(c.req.valid("json"), optionsOf(c)), 200);
    })
    .openapi(searchBatch, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      const { searches } = c.req.valid("json");
      return c.json({ responses: await collection.searchBatch(searches, optionsOf(c)) }, 200);
    });
}
