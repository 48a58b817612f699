import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppContext, AppEnv } from "../context.ts";
import { ServerError } from "../errors.ts";
import { errorFacts, type Logger } from "../logger.ts";
import { errorCode, problemKinds } from "../problem.ts";

/** One line a request, when its last byte is sent: the route's pattern stands for the URL. */
export function accessLog(logger: Logger): MiddlewareHandler<AppEnv> {
  return async function accessLog(c, next) {
    const started = performance.now();
    const sent = bytesSent(c);
    await next();
    const finish = () => logRequest(logger, c, { ms: performance.now() - started, bytes: sent() });
    const outgoing = c.env?.outgoing;
    if (outgoing === undefined || outgoing.closed) finish();
    else outgoing.once("close", finish);
  };
}

function logRequest(
  logger: Logger,
  c: AppContext,
  { ms, bytes }: { readonly ms: number; readonly bytes: number | null },
): void {
  const status = c.env?.outgoing?.writableFinished === false ? problemKinds.client_closed.status : c.res.status;
  const entry = {
    requestId: c.get("requestId"),
    method: c.req.method,
    route: routePattern(c),
    status,
    ms: Math.round(ms * 10) / 10,
    bytes,
    ...(c.error !== undefined && { code: errorCode(c.error) }),
  };
  logger.info("request", entry);
  // Refusals of the server itself (not ready, too slow) are told by their code.
  if (status >= 500 && c.error !== undefined && !(c.error instanceof ServerError))
    logger.error("failure", { ...entry, ...errorFacts(c.error) });
}

/** `/v1/collections/:c/search`, or a dash where nothing matched. */
function routePattern(c: AppContext): string {
  const pattern = routePath(c, -1);
  return pattern.includes("*") || pattern === "" ? "-" : pattern;
}

/** Bytes on the wire, headers included: what the socket has sent since the request came. */
function bytesSent(c: AppContext): () => number | null {
  const socket = c.env?.incoming?.socket;
  if (socket === undefined) return () => null;
  const before = socket.bytesWritten;
  return () => socket.bytesWritten - before;
}
