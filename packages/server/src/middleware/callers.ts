import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../context.ts";
import { ServerError } from "../errors.ts";
import { hostName, isAddress, isLoopback } from "../hosts.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Against DNS rebinding: a foreign page whose name suddenly points at this machine still sends its own name as `Host`.
 * Addresses cannot be rebound, so they are always accepted.
 */
export function allowHosts({
  host,
  allowedHosts,
}: {
  readonly host: string;
  readonly allowedHosts: readonly string[];
}): MiddlewareHandler<AppEnv> {
  const allowed = new Set([host, ...allowedHosts].map(hostName));
  return async function allowHosts(c, next) {
    const name = hostName(c.req.header("host") ?? new URL(c.req.url).host);
    if (!isLoopback(name) && !isAddress(name) && !allowed.has(name))
      throw new ServerError("host_not_allowed", "The server does not answer to the host name of this request", {
        hint: "Add the name to GALEN_ALLOWED_HOSTS, or use the address of the server.",
      });
    await next();
  };
}

/**
 * Against other web pages that post to this server from the user's browser. Browsers send `Origin` with every such request;
 * programs send none.
 */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const allowed = new Set(origins);
  return async function allowOrigins(c, next) {
    const origin = c.req.header("origin");
    if (
      origin !== undefined &&
      !SAFE_METHODS.has(c.req.method) &&
      !allowed.has(origin) &&
      !isOwn(origin, c.req.header("host"))
    )
      throw new ServerError("origin_not_allowed", "Requests from other web pages are refused", {
        hint: "Add the page's origin to GALEN_CORS_ORIGINS.",
      });
    await next();
  };
}

/** Cross-origin reading for the named origins; nothing at all without them. */
export function corsFor(origins: readonly string[]): MiddlewareHandler<AppEnv> | undefined {
  if (origins.length === 0) return undefined;
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Prefer", "X-Request-Id"],
    exposeHeaders: ["X-Request-Id"],
    maxAge: 600,
  });
}

function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
}
