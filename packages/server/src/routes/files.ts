import { loaderNames, type IngestOptions } from "@galen/rag";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { newRoutes } from "../context.ts";
import { requestInvalid } from "../request-invalid.ts";
import { TaskAccepted } from "../schemas/documents.ts";
import type { Services } from "../services.ts";
import { spoolUpload } from "../tasks/spool-upload.ts";
import { uploadWork } from "../tasks/upload-work.ts";
import { CollectionParams, json, problems } from "./responses.ts";

/** What the form may say besides the file itself. */
const UploadFields = z.strictObject({
  text: z.string().min(1).optional(),
  title: z.string().min(1).optional(),
  id: z.string().min(1).optional(),
  format: z.enum(["auto", ...loaderNames]).optional(),
});

/** For the OpenAPI document only: the form is read as a stream, not by a validator. */
const UPLOAD_FORM = {
  type: "object" as const,
  required: ["file"],
  properties: {
    file: { type: "string" as const, contentMediaType: "application/octet-stream" },
    text: { type: "string" as const, description: "Field of a record that holds the text" },
    title: { type: "string" as const, description: "Field that holds the title" },
    id: { type: "string" as const, description: "Field that holds the id" },
    format: { type: "string" as const, enum: ["auto", ...loaderNames] },
  },
};

const addFile = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/files",
  operationId: "addFile",
  tags: ["Documents"],
  summary: "Add the documents of a file",
  description:
    "A multipart form with the file as `file`, and optionally `text`, `title`, `id` (names of the fields that hold them) and " +
    "`format`. Uploading a file of the same name again replaces what came from it.",
  request: {
    params: CollectionParams,
    body: { required: true, content: { "multipart/form-data": { schema: UPLOAD_FORM } } },
  },
  responses: {
    202: json(TaskAccepted, "The task that reads the file"),
    ...problems(400, 404, 413, 415, 422, 429, 507),
  },
});

export function fileRoutes({ database, tasks }: Services, { uploadLimit }: { readonly uploadLimit: number }) {
  return newRoutes().openapi(addFile, async (c) => {
    const collection = await database.collection(c.req.valid("param").collection);
    const upload = await spoolUpload(c, { uploadLimit, signal: c.get("signal") });
    try {
      const fields = UploadFields.safeParse(upload.fields);
      if (!fields.success) throw requestInvalid(fields.error.issues, "body");
      const task = tasks.add(uploadWork(collection, upload, ingestOptions(fields.data)));
      c.header("Location", `/v1/tasks/${task.id}`);
      return c.json({ task }, 202);
    } catch (error) {
      await upload.remove();
      throw error;
    }
  });
}

function ingestOptions({ text, title, id, format }: z.infer<typeof UploadFields>): IngestOptions {
  return {
    ...(text !== undefined && { text }),
    ...(title !== undefined && { title }),
    ...(id !== undefined && { id }),
    ...(format !== undefined && { format }),
  };
}
