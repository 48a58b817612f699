import { MAX_OBJECT_BYTES, SetObjectResult } from "@galen/db/schemas";
import type { ObjectInfo } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { newRoutes } from "../context.ts";
import type { AppContext } from "../context.ts";
import { ServerError } from "../errors.ts";
import { readBody } from "../middleware/body.ts";
import { bodyTooLarge, contentTypeUnsupported } from "../middleware/json-body.ts";
import type { Services } from "../services.ts";
import { documentNotFound } from "./document-not-found.ts";
import { DocumentParams, json, problems } from "./responses.ts";

const tags = ["Documents"];
const path = "/v1/collections/{collection}/documents/{id}/object";
const BINARY = { type: "string", format: "binary" } as const;

const RevisionQuery = z.object({
  if_rev: z.coerce.number().int().min(1).optional().meta({ description: "Only when the document has this `rev`" }),
});

const getObject = createRoute({
  method: "get",
  path,
  operationId: "getObject",
  tags,
  summary: "Read the bytes that are stored beside a document",
  description: "Always as an attachment, so that a browser does not show what others have stored.",
  request: { params: DocumentParams },
  responses: {
    200: { description: "The bytes, with their media type", content: { "*/*": { schema: BINARY } } },
    ...problems(404, 422),
  },
});

const setObject = createRoute({
  method: "put",
  path,
  operationId: "setObject",
  tags,
  summary: "Store bytes beside a document",
  description:
    `The body is the object, at most ${MAX_OBJECT_BYTES} bytes, and Content-Type its media type, without parameters. Types that a ` +
    "browser may run are refused. Storing the document again without its object takes it away.",
  request: {
    params: DocumentParams,
    query: RevisionQuery,
    body: { required: true, content: { "*/*": { schema: BINARY } } },
  },
  responses: {
    200: json(SetObjectResult, "The object is on disk and belongs to the document"),
    ...problems(404, 409, 413, 415, 422, 507),
  },
});

const removeObject = createRoute({
  method: "delete",
  path,
  operationId: "removeObject",
  tags,
  summary: "Take the bytes of a document away",
  request: { params: DocumentParams, query: RevisionQuery },
  responses: { 200: json(SetObjectResult, "The document has no object"), ...problems(404, 409, 422, 507) },
});

export function objectRoutes({ database }: Services, { uploadLimit }: { readonly uploadLimit: number }) {
  return newRoutes()
    .openapi(getObject, async (c) => {
      const { collection: name, id } = c.req.valid("param");
      const collection = await database.collection(name);
      const opened = await collection.openObject(id);
      if (opened === undefined) throw (await collection.get(id)) ? objectNotFound() : documentNotFound(name);
      const headers = headersOf(opened.info);
      if (c.req.method !== "HEAD") return c.body(opened.content, 200, headers);
      await opened.content.cancel();
      return c.body(null, 200, headers);
    })
    .openapi(setObject, async (c) => {
      const { collection: name, id } = c.req.valid("param");
      const collection = await database.collection(name);
      const object = { bytes: await readObject(c, uploadLimit), media_type: contentType(c) };
      const set = await collection.setObject(id, object, {
        ...revisionOf(c.req.valid("query")),
        signal: c.get("signal"),
      });
      if (set === undefined) throw documentNotFound(name);
      return c.json(set, 200);
    })
    .openapi(removeObject, async (c) => {
      const { collection: name, id } = c.req.valid("param");
      const collection = await database.collection(name);
      const set = await collection.setObject(id, null, {
        ...revisionOf(c.req.valid("query")),
        signal: c.get("signal"),
      });
      if (set === undefined) throw documentNotFound(name);
      return c.json(set, 200);
    });
}

/** Whatever it is, a browser saves it: it does not run, in this page's name or another's. */
function headersOf({ media_type, bytes, sha256 }: ObjectInfo): Record<string, string> {
  return {
    "Content-Type": media_type,
    "Content-Length": String(bytes),
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    ETag: `"${sha256}"`,
  };
}

function contentType(c: AppContext): string {
  const type = c.req.header("content-type");
  if (type === undefined) throw contentTypeUnsupported("a media type");
  return type.trim();
}

/** The library's limit cannot be raised; a server may have a lower one. */
function readObject(c: AppContext, uploadLimit: number): Promise<Uint8Array> {
  if (uploadLimit < MAX_OBJECT_BYTES) {
    return readBody(c, { limit: uploadLimit, tooLarge: () => bodyTooLarge(uploadLimit, "GALEN_UPLOAD_LIMIT") });
  }
  return readBody(c, { limit: MAX_OBJECT_BYTES, tooLarge: objectTooLarge });
}

function objectTooLarge(): ServerError {
  return new ServerError("body_too_large", `An object has at most ${MAX_OBJECT_BYTES} bytes`, {
    details: { limit: MAX_OBJECT_BYTES },
  });
}

function revisionOf({ if_rev: ifRev }: z.infer<typeof RevisionQuery>) {
  return ifRev === undefined ? {} : { ifRev };
}

function objectNotFound(): ServerError {
  return new ServerError("object_not_found", "The document has no object", {
    hint: "PUT stores one at the same address.",
  });
}
