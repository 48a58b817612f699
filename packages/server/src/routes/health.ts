import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
import { ServerError } from "../errors.ts";
import { About, Health } from "../schemas/about.ts";
import type { Services } from "../services.ts";
import { version } from "../version.ts";
import { json, problems } from "./responses.ts";

const tags = ["Server"];

/** What `SentenceTransformer.load()` loads without a name. */
const BUILT_IN_MODEL = "sentence-transformers/all-MiniLM-L6-v2";

/** What every answer's own `notice` says, without the name of a collection. */
const NOTICE =
  "Answers are put together from the documents of a collection. They are not medical advice and may be incomplete or out of " +
  "date. Check the cited passages before you act on them. In an emergency call your local emergency number.";

const healthz = createRoute({
  method: "get",
  path: "/healthz",
  operationId: "health",
  tags,
  summary: "Whether the process answers",
  responses: { 200: json(Health, "It does") },
});

const readyz = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "ready",
  tags,
  summary: "Whether the model is loaded and the data folder is open",
  responses: { 200: json(Health, "Both are"), ...problems(503) },
});

const about = createRoute({
  method: "get",
  path: "/v1/about",
  operationId: "about",
  tags,
  summary: "What is running here",
  responses: { 200: json(About, "Versions, model, notice") },
});

export function healthRoutes(services: Services) {
  return newRoutes()
    .openapi(healthz, (c) => c.json({ status: "ok" as const }, 200))
    .openapi(readyz, (c) => {
      requireReady(services);
      return c.json({ status: "ok" as const }, 200);
    })
    .openapi(about, (c) => c.json(describe(services), 200));
}

function requireReady(services: Services): void {
  const state = services.modelState();
  if (state === "ready") return;
  const failed = state === "failed";
  throw new ServerError(
    "not_ready",
    failed ? "The embedding model cannot be loaded" : "The embedding model is being loaded",
    {
      hint: failed ? "The server's log says why; `galen doctor` checks the model." : "Ask again in a moment.",
    },
  );
}

function describe({ database, defaults, chat }: Services): About {
  return {
    name: "galen",
    version,
    node: process.version,
    model: defaults.model ?? BUILT_IN_MODEL,
    precision: defaults.precision,
    ...(chat !== undefined && { chat: chat.name }),
    notice: NOTICE,
    data: database.uri,
  };
}
