import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { ServerError } from "../errors.ts";

/**
 * Asks for one of the keys as `Authorization: Bearer …`; with no keys everyone may call. Hashes are compared, all of them and in
 * constant time, so that the time of an answer tells nothing about a key.
 */
export function requireKey(keys: readonly string[]): MiddlewareHandler<AppEnv> {
  const hashes = keys.map(sha256);
  return async function requireKey(c, next) {
    if (hashes.length > 0 && !matchesOne(bearerToken(c.req.header("authorization")), hashes)) {
      c.header("WWW-Authenticate", 'Bearer realm="galen"');
      throw new ServerError("unauthorized", "The request has no valid key", {
        hint: "Send one of the server's keys as `Authorization: Bearer <key>`.",
      });
    }
    await next();
  };
}

function bearerToken(header: string | undefined): string {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? "";
}

function matchesOne(token: string, hashes: readonly Buffer[]): boolean {
  const given = sha256(token);
  return hashes.map((hash) => timingSafeEqual(hash, given)).includes(true);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
