import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";

/** What the middleware leaves for handlers: `c.get("requestId")`, `c.get("signal")`. */
export interface AppEnv {
  /** Absent when a request does not come from a socket (`app.request()`). */
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: {
    requestId: string;
    /** Aborts when the client is gone. */
    clientGone: AbortSignal;
    /** Aborts when the client is gone or the time is up. */
    signal: AbortSignal;
  };
}

export type AppContext = Context<AppEnv>;
export type Routes = OpenAPIHono<AppEnv>;

/** A group of routes of one noun, to be mounted by `createApp`. */
export function newRoutes(): Routes {
  return new OpenAPIHono<AppEnv>();
}
