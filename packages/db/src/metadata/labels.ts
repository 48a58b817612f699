import { createHash } from "node:crypto";
import type { FieldType } from "../schemas/collection.ts";
import type { Metadata } from "../schemas/document.ts";

/** Longer values are labelled by their hash: equality still works and the row stays small. */
const MAX_LABEL_VALUE = 200;
/** Begins no JSON. */
const HASHED = "#";
/** Scalars that can be compared for equality. */
export type LabelValue = string | number | boolean;

/** `path=value`, with the value as JSON, so that the number 1 and the string "1" differ. */
export function valueLabel(path: string, value: LabelValue): string {
  const json = JSON.stringify(value);
  return `${escapePath(path)}=${json.length <= MAX_LABEL_VALUE ? json : sha256(json)}`;
}

/** The bare path: the document has this field, with whatever value. */
export function presenceLabel(path: string): string {
  return escapePath(path);
}

/**
 * Labels of everything undeclared in the metadata: scalars, members of lists, and members of objects under `outer.inner`.
 * Null counts as absent.
 */
export function metadataLabels(metadata: Metadata, declared: Readonly<Record<string, FieldType>>): string[] {
  const labels = new Set<string>();
  for (const [path, value] of metadataLeaves(metadata, declared)) {
    labels.add(presenceLabel(path));
    if (typeof value !== "object") labels.add(valueLabel(path, value));
  }
  return [...labels];
}

/** The values that such labels say this path has; `undefined` for one that is too long to be in its label. */
export function labelledValues(labels: Iterable<string>, path: string): (LabelValue | undefined)[] {
  const start = `${escapePath(path)}=`;
  const values: (LabelValue | undefined)[] = [];
  for (const label of labels) {
    if (!label.startsWith(start)) continue;
    const value = label.slice(start.length);
    values.push(value.startsWith(HASHED) ? undefined : (JSON.parse(value) as LabelValue));
  }
  return values;
}

/** Paths of the undeclared metadata of these documents: what filters may name. */
export function metadataPaths(all: Iterable<Metadata>, declared: Readonly<Record<string, FieldType>>): string[] {
  const paths = new Set<string>();
  for (const metadata of all) for (const [path] of metadataLeaves(metadata, declared)) paths.add(path);
  return [...paths];
}

type Json = Metadata[string];

function* metadataLeaves(
  metadata: Metadata,
  declared: Readonly<Record<string, FieldType>>,
): Generator<[string, LabelValue | object]> {
  for (const [name, value] of Object.entries(metadata)) if (!Object.hasOwn(declared, name)) yield* leaves(name, value);
}

function* leaves(path: string, value: Json): Generator<[string, LabelValue | object]> {
  if (value === null) return;
  if (typeof value !== "object") {
    yield [path, value];
    return;
  }
  yield [path, value];
  if (Array.isArray(value)) for (const member of value) yield* leaves(path, member);
  else for (const [name, member] of Object.entries(value)) yield* leaves(`${path}.${name}`, member);
}

function escapePath(path: string): string {
  return path.replaceAll("%", "%25").replaceAll("=", "%3D");
}

function sha256(text: string): string {
  return `${HASHED}${createHash("sha256").update(text).digest("base64url")}`;
}
