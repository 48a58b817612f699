import { DeleteResult, Document, DocumentPage, MAX_LIMIT, PatchResult, UpsertResult } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { newRoutes } from "../context.ts";
import {
  DEFAULT_TEXT_WINDOW,
  DeleteRequest,
  MAX_TEXT_WINDOW,
  PatchRequest,
  TaskAccepted,
  TextWindow,
  TextWindowQuery,
  UpsertRequest,
} from "../schemas/documents.ts";
import type { Services } from "../services.ts";
import { IdempotencyHeader, idempotencyOf } from "../schemas/idempotency.ts";
import { acceptedWork } from "../tasks/accepted-work.ts";
import { documentNotFound } from "./document-not-found.ts";
import { CollectionParams, DocumentParams, json, jsonBody, problems } from "./responses.ts";

const tags = ["Documents"];

const upsertDocuments = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/documents",
  operationId: "upsertDocuments",
  tags,
  summary: "Add or replace documents",
  description:
    "200 means durable and searchable. With `Prefer: respond-async` the work becomes a task and the answer is 202.",
  request: {
    params: CollectionParams,
    headers: IdempotencyHeader.extend({
      prefer: z.string().optional().meta({
        description: "`respond-async` makes the work a task, which a restart of the server does not lose",
      }),
    }),
    ...jsonBody(UpsertRequest),
  },
  responses: {
    200: json(UpsertResult, "What was stored and what was not"),
    202: json(TaskAccepted, "The task that stores the documents"),
    ...problems(400, 404, 413, 415, 422, 429, 507),
  },
});

const patchDocuments = createRoute({
  method: "patch",
  path: "/v1/collections/{collection}/documents",
  operationId: "patchDocuments",
  tags,
  summary: "Change titles, tags and metadata of documents",
  description: "One by one, or the same in all that match a filter. Texts stay as they are and are not embedded again.",
  request: { params: CollectionParams, headers: IdempotencyHeader, ...jsonBody(PatchRequest) },
  responses: {
    200: json(PatchResult, "What was changed and what was not"),
    ...problems(400, 404, 413, 415, 422, 507),
  },
});

const listDocuments = createRoute({
  method: "get",
  path: "/v1/collections/{collection}/documents",
  operationId: "listDocuments",
  tags,
  summary: "List documents by id",
  request: {
    params: CollectionParams,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
      cursor: z.string().max(4_096).optional(),
    }),
  },
  responses: { 200: json(DocumentPage, "A page of documents, without their text"), ...problems(404, 410, 422) },
});

const deleteDocuments = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/documents:delete",
  operationId: "deleteDocuments",
  tags,
  summary: "Delete documents by ids or by a filter",
  request: { params: CollectionParams, headers: IdempotencyHeader, ...jsonBody(DeleteRequest) },
  responses: { 200: json(DeleteResult, "How many were deleted"), ...problems(400, 404, 409, 413, 415, 422, 507) },
});

const getDocument = createRoute({
  method: "get",
  path: "/v1/collections/{collection}/documents/{id}",
  operationId: "getDocument",
  tags,
  summary: "Read a document",
  request: { params: DocumentParams },
  responses: { 200: json(Document, "The document"), ...problems(404, 422) },
});

const getDocumentText = createRoute({
  method: "get",
  path: "/v1/collections/{collection}/documents/{id}/text",
  operationId: "getDocumentText",
  tags,
  summary: "Read a piece of a document's text",
  description: "Offsets are UTF-16 units, half open.",
  request: { params: DocumentParams, query: TextWindowQuery },
  responses: { 200: json(TextWindow, "The piece"), ...problems(404, 422) },
});

const deleteDocument = createRoute({
  method: "delete",
  path: "/v1/collections/{collection}/documents/{id}",
  operationId: "deleteDocument",
  tags,
  summary: "Delete a document",
  request: { params: DocumentParams },
  responses: { 200: json(DeleteResult, "The document is gone"), ...problems(404, 422, 507) },
});

export function documentRoutes(services: Services) {
  const { database, tasks } = services;
  return newRoutes()
    .openapi(upsertDocuments, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      const { documents } = c.req.valid("json");
      const headers = c.req.valid("header");
      if (respondAsync(headers.prefer)) {
        tasks.requireRoom();
        const id = await collection.accept(documents);
        c.header("Preference-Applied", "respond-async");
        return c.json({ task: tasks.resume(acceptedWork(database, await database.writes.get(id)), id) }, 202);
      }
      const options = { signal: c.get("signal"), ...idempotencyOf(headers) };
      return c.json(await collection.upsert(documents, options), 200);
    })
    .openapi(patchDocuments, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      const options = { signal: c.get("signal"), ...idempotencyOf(c.req.valid("header")) };
      return c.json(await collection.patch(c.req.valid("json"), options), 200);
    })
    .openapi(listDocuments, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      const { limit, cursor } = c.req.valid("query");
      return c.json(await collection.list({ limit, ...(cursor !== undefined && { cursor }) }), 200);
    })
    .openapi(deleteDocuments, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      const options = { signal: c.get("signal"), ...idempotencyOf(c.req.valid("header")) };
      return c.json(await collection.delete(c.req.valid("json"), options), 200);
    })
    .openapi(getDocument, async (c) => {
      const { collection, id } = c.req.valid("param");
      return c.json(await findDocument(services, collection, id), 200);
    })
    .openapi(getDocumentText, async (c) => {
      const { collection, id } = c.req.valid("param");
      return c.json(textWindow(await findDocument(services, collection, id), c.req.valid("query")), 200);
    })
    .openapi(deleteDocument, async (c) => {
      const { collection: name, id } = c.req.valid("param");
      const collection = await database.collection(name);
      const result = await collection.delete({ ids: [id] }, { signal: c.get("signal") });
      if (result.deleted === 0) throw documentNotFound(name);
      return c.json(result, 200);
    });
}

async function findDocument({ database }: Services, name: string, id: string): Promise<Document> {
  const collection = await database.collection(name);
  const document = await collection.get(id);
  if (document === undefined) throw documentNotFound(name);
  return document;
}

function textWindow({ id, title, text }: Document, range: TextWindowQuery): TextWindow {
  const start = Math.min(range.start, text.length);
  const wanted = range.end ?? start + DEFAULT_TEXT_WINDOW;
  const end = Math.max(start, Math.min(wanted, start + MAX_TEXT_WINDOW, text.length));
  return { id, ...(title !== undefined && { title }), start, end, length: text.length, text: text.slice(start, end) };
}

/** RFC 7240. */
function respondAsync(prefer: string | undefined): boolean {
  return (prefer ?? "").split(",").some((preference) => preference.trim().toLowerCase() === "respond-async");
}
