import { CollectionInfo, SnapshotInfo, SnapshotReport } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { newRoutes } from "../context.ts";
import { RestoreRequest, SnapshotList, SnapshotParams, SnapshotRequest } from "../schemas/snapshots.ts";
import type { Services } from "../services.ts";
import { json, jsonBody, problems } from "./responses.ts";

const tags = ["Snapshots"];

const listSnapshots = createRoute({
  method: "get",
  path: "/v1/snapshots",
  operationId: "listSnapshots",
  tags,
  summary: "List the snapshots, from old to new",
  responses: { 200: json(SnapshotList, "All snapshots") },
});

const createSnapshot = createRoute({
  method: "post",
  path: "/v1/snapshots",
  operationId: "createSnapshot",
  tags,
  summary: "Keep a collection as it is now",
  description: "Its files are shared with the collection. Searches go on; writes wait for it.",
  request: jsonBody(SnapshotRequest),
  responses: { 201: json(SnapshotInfo, "The snapshot"), ...problems(400, 404, 413, 415, 422, 507) },
});

const verifySnapshot = createRoute({
  method: "get",
  path: "/v1/snapshots/{id}/verification",
  operationId: "verifySnapshot",
  tags,
  summary: "Compare every file of a snapshot with what was written",
  request: { params: SnapshotParams },
  responses: { 200: json(SnapshotReport, "What was found"), ...problems(404, 422) },
});

const restoreSnapshot = createRoute({
  method: "post",
  path: "/v1/snapshots/{id}/restore",
  operationId: "restoreSnapshot",
  tags,
  summary: "Make a collection of a snapshot; nothing is embedded",
  request: { params: SnapshotParams, ...jsonBody(RestoreRequest) },
  responses: { 200: json(CollectionInfo, "The collection"), ...problems(400, 404, 409, 413, 415, 422, 507) },
});

const removeSnapshot = createRoute({
  method: "delete",
  path: "/v1/snapshots/{id}",
  operationId: "removeSnapshot",
  tags,
  summary: "Remove a snapshot",
  request: { params: SnapshotParams },
  responses: { 204: { description: "The snapshot is gone" }, ...problems(404, 422) },
});

export function snapshotRoutes({ database }: Services) {
  return newRoutes()
    .openapi(listSnapshots, async (c) => c.json({ snapshots: await database.snapshots.list() }, 200))
    .openapi(createSnapshot, async (c) => c.json(await database.snapshots.create(c.req.valid("json").collection), 201))
    .openapi(verifySnapshot, async (c) => c.json(await database.snapshots.verify(c.req.valid("param").id), 200))
    .openapi(restoreSnapshot, async (c) => {
      const { name, replace } = c.req.valid("json");
      const options = { replace, ...(name !== undefined && { name }) };
      const collection = await database.snapshots.restore(c.req.valid("param").id, options);
      return c.json(await collection.info(), 200);
    })
    .openapi(removeSnapshot, async (c) => {
      await database.snapshots.remove(c.req.valid("param").id);
      return c.body(null, 204);
    });
}
