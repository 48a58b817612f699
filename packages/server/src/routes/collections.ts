import { CollectionConfig, CollectionInfo, CollectionStatistics, ReindexRequest } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { withDefaults } from "../collection-defaults.ts";
import { newRoutes } from "../context.ts";
import { CollectionChanges } from "../schemas/collections.ts";
import { CollectionFields, CollectionList, TaskAccepted } from "../schemas/documents.ts";
import type { Services } from "../services.ts";
import { reindexWork } from "../tasks/reindex-work.ts";
import { CollectionParams, json, jsonBody, problems } from "./responses.ts";

const tags = ["Collections"];

const listCollections = createRoute({
  method: "get",
  path: "/v1/collections",
  operationId: "listCollections",
  tags,
  summary: "List the collections",
  responses: { 200: json(CollectionList, "All collections") },
});

const createCollection = createRoute({
  method: "post",
  path: "/v1/collections",
  operationId: "createCollection",
  tags,
  summary: "Make a collection",
  request: jsonBody(CollectionConfig),
  responses: { 201: json(CollectionInfo, "The new collection"), ...problems(400, 404, 409, 413, 415, 422) },
});

const getCollection = createRoute({
  method: "get",
  path: "/v1/collections/{collection}",
  operationId: "getCollection",
  tags,
  summary: "Describe a collection",
  request: { params: CollectionParams },
  responses: { 200: json(CollectionInfo, "The collection"), ...problems(404, 422) },
});

const changeCollection = createRoute({
  method: "patch",
  path: "/v1/collections/{collection}",
  operationId: "changeCollection",
  tags,
  summary: "Give a collection another name, or declare further fields",
  request: { params: CollectionParams, ...jsonBody(CollectionChanges) },
  responses: { 200: json(CollectionInfo, "The collection"), ...problems(400, 404, 409, 413, 415, 422) },
});

const reindexCollection = createRoute({
  method: "post",
  path: "/v1/collections/{collection}/reindex",
  operationId: "reindexCollection",
  tags,
  summary: "Make a collection anew under another model, precision or other fields",
  description:
    "A task. Searches and writes go on in the collection as it is until the new one takes its place; what is not named stays as it is. After a failure the same request goes on where it stopped.",
  request: { params: CollectionParams, ...jsonBody(ReindexRequest) },
  responses: { 202: json(TaskAccepted, "The task"), ...problems(400, 404, 413, 415, 422, 429) },
});

const getStatistics = createRoute({
  method: "get",
  path: "/v1/collections/{collection}/statistics",
  operationId: "getStatistics",
  tags,
  summary: "Count what a collection is made of",
  request: { params: CollectionParams },
  responses: { 200: json(CollectionStatistics, "The counts"), ...problems(404, 422) },
});

const dropCollection = createRoute({
  method: "delete",
  path: "/v1/collections/{collection}",
  operationId: "dropCollection",
  tags,
  summary: "Delete a collection and all its documents",
  request: { params: CollectionParams },
  responses: { 204: { description: "The collection is gone" }, ...problems(404, 422) },
});

const getFields = createRoute({
  method: "get",
  path: "/v1/collections/{collection}/fields",
  operationId: "getFields",
  tags,
  summary: "Metadata fields that filters can name",
  request: { params: CollectionParams },
  responses: {
    200: json(CollectionFields, "Declared fields with their types, and others in use"),
    ...problems(404, 422),
  },
});

export function collectionRoutes({ database, defaults, tasks }: Services) {
  return newRoutes()
    .openapi(listCollections, async (c) => c.json({ collections: await database.collections() }, 200))
    .openapi(createCollection, async (c) => {
      const collection = await database.createCollection(withDefaults(c.req.valid("json"), defaults));
      c.header("Location", `/v1/collections/${collection.name}`);
      return c.json(await collection.info(), 201);
    })
    .openapi(getCollection, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      return c.json(await collection.info(), 200);
    })
    .openapi(changeCollection, async (c) => {
      const { name, fields } = c.req.valid("json");
      const collection = await database.collection(c.req.valid("param").collection);
      if (fields !== undefined) await collection.addFields(fields);
      if (name !== undefined) await database.renameCollection(collection.name, name);
      return c.json(await collection.info(), 200);
    })
    .openapi(reindexCollection, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      return c.json({ task: tasks.add(reindexWork(collection, c.req.valid("json"))) }, 202);
    })
    .openapi(getStatistics, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      return c.json(await collection.statistics(), 200);
    })
    .openapi(dropCollection, async (c) => {
      await database.dropCollection(c.req.valid("param").collection);
      return c.body(null, 204);
    })
    .openapi(getFields, async (c) => {
      const collection = await database.collection(c.req.valid("param").collection);
      return c.json(await collection.fields(), 200);
    });
}
