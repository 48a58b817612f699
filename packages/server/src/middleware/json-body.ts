import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppContext, AppEnv } from "../context.ts";
import { ServerError } from "../errors.ts";
import { findJsonSyntaxError } from "../json-syntax.ts";
import { readBody } from "./body.ts";

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * Reads the body once, within the limit, and leaves its text where the validators look for it. Uploads (`multipart/…`) and
 * objects pass: their routes read them as they come.
 */
export function jsonBody({ bodyLimit }: { readonly bodyLimit: number }): MiddlewareHandler<AppEnv> {
  return async function jsonBody(c, next) {
    const { body } = c.req.raw;
    if (body !== null && !isUpload(c) && !isObject(c)) {
      const text = await readText(c, bodyLimit);
      if (text !== "" && !JSON_TYPE.test(mediaType(c))) throw contentTypeUnsupported("application/json");
      // Hono waits for what it finds here, though its type names the value alone.
      c.req.bodyCache.text = Promise.resolve(text) as unknown as string;
    }
    await next();
  };
}

/** Media type of the request in lower case, without parameters; empty when there is none. */
export function mediaType(c: AppContext): string {
  return (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

export function contentTypeUnsupported(wanted: string): ServerError {
  return new ServerError("content_type_unsupported", `This route reads ${wanted} only`, {
    hint: `Send the header Content-Type: ${wanted}.`,
  });
}

export function bodyTooLarge(limit: number, setting: string): ServerError {
  return new ServerError("body_too_large", `The body is larger than the limit of ${limit} bytes`, {
    hint: `Send less at a time, or raise ${setting}.`,
    details: { limit },
  });
}

/** What the validators' bare "malformed" becomes: where the syntax breaks, and nothing of the body. */
export async function jsonInvalid(c: AppContext): Promise<ServerError> {
  const place = findJsonSyntaxError(await c.req.text());
  const where = place === undefined ? "" : ` at line ${place.line}, column ${place.column}`;
  const issue = { in: "body", pointer: "", message: `syntax error${where}` };
  return new ServerError("json_invalid", `The body is not valid JSON${where}`, {
    details: { ...place, issues: [issue] },
  });
}

function isUpload(c: AppContext): boolean {
  return mediaType(c).startsWith("multipart/");
}

/** Its body is kept as it comes, whatever its type. */
function isObject(c: AppContext): boolean {
  return c.req.method === "PUT" && routePath(c, -1).endsWith("/object");
}

async function readText(c: AppContext, limit: number): Promise<string> {
  return decode(await readBody(c, { limit, tooLarge: () => bodyTooLarge(limit, "GALEN_BODY_LIMIT") }));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ServerError("json_invalid", "The body is not valid UTF-8", { cause });
  }
}
