import type { Metadata } from "../schemas/document.ts";

/** JSON merge patch, RFC 7396: members of objects one by one, null removes, everything else replaces. */
export function mergePatch(target: Metadata, patch: Metadata): Metadata {
  return mergeObject(target, patch) as Metadata;
}

function mergeObject(target: unknown, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergeObject(merged.get(name), value) : value);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
