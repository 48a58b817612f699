import { Filter } from "@galen/db/schemas";
import type { z } from "zod";
import { ServerError } from "../errors.ts";
import { findJsonSyntaxError } from "../json-syntax.ts";

/** `--filter`, checked for its shape; the collection checks its fields. */
export function parseFilter(json: string | undefined): Filter | undefined {
  if (json === undefined) return undefined;
  return checked(Filter, parseJson(json), "--filter");
}

/** Checks a request as the HTTP route would. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? what : issue.path.join(".");
  throw new ServerError("usage", `${where}: ${issue?.message ?? "not valid"}`, {
    hint: "`galen help <command>` shows how it is used.",
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    const column = findJsonSyntaxError(json)?.column ?? 1;
    throw new ServerError("usage", `--filter is not valid JSON at column ${column}`, {
      hint: `Put it in single quotes: --filter '{"year":{"gte":2015}}'`,
    });
  }
}
