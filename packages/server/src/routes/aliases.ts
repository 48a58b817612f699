import { Alias, CollectionName } from "@galen/db/schemas";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { newRoutes } from "../context.ts";
import { ServerError } from "../errors.ts";
import { AliasList, AliasTarget } from "../schemas/collections.ts";
import type { Services } from "../services.ts";
import { json, jsonBody, problems } from "./responses.ts";

const tags = ["Collections"];
const AliasParams = z.object({ alias: CollectionName });

const listAliases = createRoute({
  method: "get",
  path: "/v1/aliases",
  operationId: "listAliases",
  tags,
  summary: "List further names of collections",
  responses: { 200: json(AliasList, "All aliases") },
});

const setAlias = createRoute({
  method: "put",
  path: "/v1/aliases/{alias}",
  operationId: "setAlias",
  tags,
  summary: "Make an alias, or point it to another collection",
  description: "The switch is one step: whoever uses the alias reads the one collection or the other.",
  request: { params: AliasParams, ...jsonBody(AliasTarget) },
  responses: { 200: json(Alias, "The alias"), ...problems(400, 404, 409, 413, 415, 422) },
});

const removeAlias = createRoute({
  method: "delete",
  path: "/v1/aliases/{alias}",
  operationId: "removeAlias",
  tags,
  summary: "Remove an alias; its collection stays",
  request: { params: AliasParams },
  responses: { 204: { description: "The alias is gone" }, ...problems(404, 422) },
});

export function aliasRoutes({ database }: Services) {
  return newRoutes()
    .openapi(listAliases, async (c) => c.json({ aliases: await database.aliases() }, 200))
    .openapi(setAlias, async (c) => {
      const { collection } = c.req.valid("json");
      return c.json(await database.setAlias(c.req.valid("param").alias, collection), 200);
    })
    .openapi(removeAlias, async (c) => {
      const { alias } = c.req.valid("param");
      if (!(await database.removeAlias(alias))) {
        throw new ServerError("alias_not_found", `There is no alias "${alias}"`, {
          hint: "GET /v1/aliases lists them.",
        });
      }
      return c.body(null, 204);
    });
}
