import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../context.ts";

/** Short and plain, so that a foreign id can go into a log line and a header as it is. */
const WELL_FORMED = /^[A-Za-z0-9._-]{1,64}$/;

/** Keeps the caller's `X-Request-Id` when it is well formed, makes one otherwise, and sends it back. */
export const requestId = createMiddleware<AppEnv>(async function requestId(c, next) {
  const given = c.req.header("x-request-id");
  const id = given !== undefined && WELL_FORMED.test(given) ? given : randomUUID();
  c.set("requestId", id);
  c.header("X-Request-Id", id);
  await next();
});
