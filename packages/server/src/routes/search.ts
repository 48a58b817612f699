import { SearchRequest, SearchResponse } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
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

export function searchRoutes({ database }: Services) {
  return newRoutes().openapi(search, async (c) => {
    const collection = await database.collection(c.req.valid("param").collection);
    return c.json(await collection.search(c.req.valid("json"), { signal: c.get("signal") }), 200);
  });
}
