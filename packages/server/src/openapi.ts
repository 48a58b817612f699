import { DocumentInput } from "@galen/db/schemas";
import type { Routes } from "./context.ts";
import { newRoutes } from "./context.ts";
import { version } from "./version.ts";

/** The OpenAPI document of all routes that `app` has so far. */
export function openApiDocument(app: Routes) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Galen",
      version,
      description:
        "Embeddings database and RAG server. Offsets are UTF-16 units, half open. Every error is a problem document (RFC 9457); " +
        "its codes are listed in docs/errors.md.",
      license: { name: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{}, { key: [] }],
  });
}

/** Serves the document at `/openapi.json`. Mounted last, so that it knows all routes. */
export function openApiRoutes(app: Routes) {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer" });
  // Referred to by UpsertRequest only, whose documents are checked one by one.
  app.openAPIRegistry.register("DocumentInput", DocumentInput);
  const document = openApiDocument(app);
  return newRoutes().get("/openapi.json", (c) => c.json(document));
}
