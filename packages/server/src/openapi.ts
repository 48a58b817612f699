import type { RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
import { type Routes, newRoutes } from "./context.ts";
import { version } from "./version.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const COMPONENTS = "#/components/schemas/";
/** Schemas that zod finds by itself to be recursive (`z.json()`). */
const SHARED = "__shared";

/**
 * The OpenAPI 3.1 document of all routes that `app` has so far. Its schemas are zod's own JSON Schema (2020-12, which 3.1 uses as
 * it is): every schema with an id becomes a component.
 */
export function openApiDocument(app: Routes) {
  const routes = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" ? [definition.route] : [],
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Galen",
      version,
      description:
        "Embeddings database and RAG server. Offsets are UTF-16 units, half open. Every error is a problem document (RFC 9457); " +
        "its codes are listed in docs/errors.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{}, { key: [] }],
    paths: pathItems(routes),
    components: { schemas: components(), securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  };
}

/** Serves the document at `/openapi.json`. Mounted last, so that it knows all routes. */
export function openApiRoutes(app: Routes) {
  const document = openApiDocument(app);
  return newRoutes().get("/openapi.json", (c) => c.json(document));
}

function pathItems(routes: readonly RouteConfig[]): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return paths;
}

function operation({ operationId, tags, summary, description, request, responses }: RouteConfig) {
  const parameters = [
    ...parametersOf(request?.params, "path"),
    ...parametersOf(request?.query, "query"),
    ...parametersOf(request?.headers, "header"),
  ];
  return {
    operationId,
    tags,
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(request?.body && {
      requestBody: { required: request.body.required ?? false, content: contentOf(request.body.content) },
    }),
    responses: { ...mapValues(responses, responseOf), default: problemResponse },
  };
}

const problemResponse = {
  description: "Any other error",
  content: { "application/problem+json": { schema: { $ref: `${COMPONENTS}Problem` } } },
} as const;

function parametersOf(schema: unknown, place: "path" | "query" | "header") {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, value]) => {
    const { description, ...rest } = reference(value) as JsonSchema & { description?: string };
    const required = place === "path" || !value.safeParse(undefined).success;
    return { name, in: place, required, ...(description !== undefined && { description }), schema: rest };
  });
}

function responseOf(response: object) {
  const { description, content } = response as { readonly description: string; readonly content?: object };
  return { description, ...(content !== undefined && { content: contentOf(content) }) };
}

function contentOf(content: object) {
  return mapValues(content as Readonly<Record<string, { readonly schema?: unknown }>>, ({ schema }) => ({
    schema: schema instanceof z.ZodType ? reference(schema) : (schema ?? {}),
  }));
}

function reference(schema: z.ZodType): JsonSchema {
  const id = z.globalRegistry.get(schema)?.id;
  return id === undefined ? withoutIdentity(z.toJSONSchema(schema, { io: "input" })) : { $ref: COMPONENTS + id };
}

function components(): Record<string, JsonSchema> {
  // The registry is one for the process; a schema from elsewhere must not stop the document.
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => COMPONENTS + id,
    io: "input",
    unrepresentable: "any",
  });
  const { [SHARED]: shared, ...named } = schemas as Record<string, JsonSchema>;
  const recursive = mapKeys((shared?.["$defs"] ?? {}) as Record<string, JsonSchema>, sharedName);
  return mapValues({ ...named, ...recursive }, (schema) => withoutIdentity(withSharedNames(schema)));
}

function sharedName(name: string): string {
  return name.replace("schema", "Json");
}

function withSharedNames(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll(
    `${COMPONENTS}${SHARED}#/$defs/schema`,
    `${COMPONENTS}${sharedName("schema")}`,
  );
  return JSON.parse(text) as JsonSchema;
}

/** A union tells its types in its branches. */
function withoutIdentity({ $schema: _schema, $id: _id, type, ...rest }: JsonSchema): JsonSchema {
  return type === undefined || "anyOf" in rest ? rest : { type, ...rest };
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function mapKeys<Value>(
  record: Readonly<Record<string, Value>>,
  change: (name: string) => string,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [change(name), value]));
}
