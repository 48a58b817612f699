import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { TrieRouter } from "hono/router/trie-router";
import type { Config } from "./config.ts";
import type { AppContext, AppEnv, Routes } from "./context.ts";
import { ServerError } from "./errors.ts";
import { silentLogger, type Logger } from "./logger.ts";
import { accessLog } from "./middleware/access-log.ts";
import { allowHosts, allowOrigins, corsFor } from "./middleware/callers.ts";
import { deadline } from "./middleware/deadline.ts";
import { contentTypeUnsupported, jsonBody, jsonInvalid } from "./middleware/json-body.ts";
import { requireKey } from "./middleware/keys.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { openApiRoutes } from "./openapi.ts";
import { toProblem } from "./problem.ts";
import { requestInvalid } from "./request-invalid.ts";
import { aliasRoutes } from "./routes/aliases.ts";
import { answerRoutes } from "./routes/answers.ts";
import { collectionRoutes } from "./routes/collections.ts";
import { documentRoutes } from "./routes/documents.ts";
import { embeddingRoutes } from "./routes/embeddings.ts";
import { fileRoutes } from "./routes/files.ts";
import { healthRoutes } from "./routes/health.ts";
import { objectRoutes } from "./routes/objects.ts";
import { pageRoutes } from "./routes/page.ts";
import { searchRoutes } from "./routes/search.ts";
import { snapshotRoutes } from "./routes/snapshots.ts";
import { taskRoutes } from "./routes/tasks.ts";
import type { Services } from "./services.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The whole HTTP surface: `app.fetch` for a server, `app.request()` for tests. */
export function createApp(
  services: Services,
  config: Config,
  { logger = silentLogger }: { readonly logger?: Logger } = {},
): Routes {
  // Of Hono's routers this one reads the colon of `documents:delete` as a plain letter.
  const app: Routes = new OpenAPIHono<AppEnv>({ router: new TrieRouter(), defaultHook: refuseInvalid });
  app.onError(answerError);
  app.notFound((c) => {
    throw unmatched(app, c);
  });

  app.use(requestId, accessLog(logger), securityHeaders, allowHosts(config));
  const cors = corsFor(config.corsOrigins);
  if (cors !== undefined) app.use("/v1/*", cors);
  app.use(allowOrigins(config.corsOrigins));
  app.use("/v1/*", requireKey(config.apiKeys));
  app.use(deadline(config), jsonBody(config));

  app.route("/", healthRoutes(services));
  app.route("/", collectionRoutes(services));
  app.route("/", aliasRoutes(services));
  app.route("/", documentRoutes(services));
  app.route("/", objectRoutes(services, config));
  app.route("/", fileRoutes(services, config));
  app.route("/", taskRoutes(services));
  app.route("/", searchRoutes(services));
  app.route("/", snapshotRoutes(services));
  app.route("/", answerRoutes(services));
  app.route("/", embeddingRoutes(services));
  app.route("/", openApiRoutes(app));
  app.route("/", pageRoutes(config.playground));
  return app;
}

type Hook = NonNullable<NonNullable<ConstructorParameters<typeof OpenAPIHono<AppEnv>>[0]>["defaultHook"]>;

const places = {
  json: "body",
  form: "body",
  query: "query",
  param: "path",
  header: "header",
  cookie: "header",
} as const;

const refuseInvalid: Hook = (result) => {
  if (!result.success) throw requestInvalid(result.error.issues, places[result.target]);
};

async function answerError(error: unknown, c: AppContext): Promise<Response> {
  const cause = await explain(error, c);
  const problem = toProblem(cause, { requestId: c.get("requestId"), instance: c.req.path });
  return c.body(JSON.stringify(problem), problem.status as 500, { "Content-Type": "application/problem+json" });
}

/** What the framework and aborted work throw, in our own words. */
async function explain(error: unknown, c: AppContext): Promise<unknown> {
  // Set by `deadline`, which some refusals never reach.
  const signal = c.get("signal") as AbortSignal | undefined;
  if (signal?.aborted) return signal.reason;
  if (!(error instanceof HTTPException)) return error;
  if (error.status === 415) return contentTypeUnsupported("application/json");
  return error.status === 400 ? jsonInvalid(c) : error;
}

function unmatched(app: Routes, c: AppContext): ServerError {
  const allowed = METHODS.filter((method) => method !== c.req.method && hasRoute(app, method, c.req.path));
  if (allowed.length === 0)
    return new ServerError("route_not_found", "There is nothing at this address", {
      hint: "GET /openapi.json lists all addresses.",
    });
  c.header("Allow", allowed.join(", "));
  return new ServerError("method_not_allowed", `This address does not answer to ${c.req.method}`, {
    hint: `It answers to ${allowed.join(", ")}.`,
  });
}

/** Whether a route, and not only middleware, answers there. */
function hasRoute(app: Routes, method: string, path: string): boolean {
  const [handlers] = app.router.match(method, path);
  return handlers.some(([[, route]]) => route.method === method);
}
