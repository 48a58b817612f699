import type { z } from "zod";
import { DbError } from "./errors.ts";

/** What a schema says against a collection's configuration. */
export function invalidCollection(what: string, { issues }: z.ZodError): DbError {
  const [issue] = issues;
  const pointer = (issue?.path ?? []).map((key) => `/${String(key)}`).join("");
  return new DbError("collection_invalid", `${what} is not valid at "${pointer}": ${issue?.message}.`, {
    details: { pointer },
  });
}

export function taken(name: string): DbError {
  return new DbError("collection_exists", `The name ${name} is taken by a collection or an alias.`, {
    details: { name },
  });
}

/** Assigning this name changes an object's prototype: a validator would leave it out without a word. */
export function requirePlainFields(request: unknown): void {
  const fields = typeof request === "object" && request !== null && "fields" in request ? request.fields : undefined;
  if (typeof fields !== "object" || fields === null || !Object.hasOwn(fields, "__proto__")) return;
  throw new DbError("collection_invalid", "A field cannot be called __proto__.", { details: { pointer: "/fields" } });
}
