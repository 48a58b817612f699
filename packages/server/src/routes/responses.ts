import { CollectionName, DocumentId } from "@galen/db/schemas";
import { z } from "zod";
import { Problem } from "../schemas/problem.ts";

/** `application/json` of a schema, as `createRoute` wants it. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } } as const;
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } } as const;
}

const problemContent = { "application/problem+json": { schema: Problem } } as const;

const descriptions = {
  400: "The body is not JSON, or not a complete upload",
  401: "A key is needed",
  404: "There is no such collection, alias, document, task or model",
  409: "It exists already, has ended already, or has been changed meanwhile",
  410: "The cursor has expired",
  413: "The body is too large",
  415: "The content type is not supported",
  422: "The request is not valid; `errors` says where",
  429: "Too much is waiting",
  502: "The chat model failed",
  503: "The server is not ready",
  507: "The disk is full",
} as const;

/** The errors a route answers with besides those of every route (401, 421, 500, 504). */
export function problems<Status extends keyof typeof descriptions>(...statuses: readonly Status[]) {
  const entries = statuses.map((status) => [status, { description: descriptions[status], content: problemContent }]);
  return Object.fromEntries(entries) as Record<
    Status,
    { readonly description: string; readonly content: typeof problemContent }
  >;
}

export const CollectionParams = z.object({ collection: CollectionName });
export const DocumentParams = z.object({ collection: CollectionName, id: DocumentId });
export const TaskParams = z.object({ id: z.string().max(64) });
