import type { DocumentInput, FieldType } from "@galen/db/schemas";
import { RagError } from "../errors.ts";
import type { FieldNames, LoadedRecord, LoadOptions } from "./loader.ts";

/** Usual names of a record's text, title and id, in the order in which they are tried. Upper and lower case are the same. */
const TEXT_FIELDS = ["text", "content", "contents", "body", "answer", "abstract", "passage", "document"] as const;
const TITLE_FIELDS = ["title", "question", "name", "headline", "subject"] as const;
const ID_FIELDS = ["id", "_id", "doc_id", "document_id", "docid", "pmid", "pmcid", "doi"] as const;

/** Field names that an error message lists, and how much of each: they come from the file. */
const MAX_LISTED_FIELDS = 20;
const MAX_LISTED_NAME = 40;

type Fields = Readonly<Record<string, unknown>>;

/**
 * A record's fields as a document. Text, title, id and `tags` leave the record; the rest is metadata, and so are the
 * entries of a `metadata` object, so that an exported document comes back as it was.
 */
export function toDocument(fields: Fields, line: number, options: LoadOptions): LoadedRecord {
  const where = `${options.source}, line ${line}`;
  const used = findFields(fields, options);
  const id = used.id === undefined ? undefined : readId(fields[used.id]);
  const error = problem(fields, used, id, where);
  if (error !== undefined) return { error, line, ...(id !== undefined && { id }) };
  return { document: assemble(fields, used, id ?? `${options.source}#${line}`, options), line };
}

interface UsedFields {
  readonly text: string | undefined;
  readonly title: string | undefined;
  readonly id: string | undefined;
}

function findFields(fields: Fields, names: FieldNames): UsedFields {
  const find = (name: string | undefined, usual: readonly string[], usable: (value: unknown) => boolean) => {
    if (name !== undefined) return Object.hasOwn(fields, name) ? name : undefined;
    return findUsual(fields, usual, usable);
  };
  return {
    text: find(names.text, TEXT_FIELDS, (value) => typeof value === "string"),
    title: find(names.title, TITLE_FIELDS, (value) => typeof value === "string"),
    id: find(names.id, ID_FIELDS, (value) => readId(value) !== undefined),
  };
}

function findUsual(fields: Fields, usual: readonly string[], usable: (value: unknown) => boolean): string | undefined {
  const names = new Map(Object.keys(fields).map((name) => [name.trim().toLowerCase(), name]));
  for (const candidate of usual) {
    const name = names.get(candidate);
    if (name !== undefined && usable(fields[name])) return name;
  }
  return undefined;
}

function readId(value: unknown): string | undefined {
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function problem(fields: Fields, used: UsedFields, id: string | undefined, where: string): RagError | undefined {
  if (used.text === undefined) {
    return new RagError("field_missing", `${where}: no text field; the record has ${listNames(fields)}`, {
      hint: "say which field holds the text",
      details: { fields: Object.keys(fields).slice(0, MAX_LISTED_FIELDS) },
    });
  }
  const text = fields[used.text];
  if (typeof text !== "string" || text.trim() === "") {
    const what = typeof text === "string" ? "is empty" : "is not a string";
    return new RagError("field_missing", `${where}: the text field ${shorten(used.text)} ${what}`);
  }
  if (used.id !== undefined && id === undefined) {
    return invalid(where, `the id field ${shorten(used.id)} is neither text nor a whole number`);
  }
  const title = used.title === undefined ? undefined : fields[used.title];
  if (title !== undefined && title !== null && typeof title !== "string") {
    return invalid(where, `the title field ${shorten(used.title ?? "")} is not a string`);
  }
  return problemOfText(text, where);
}

function problemOfText(text: string, where: string): RagError | undefined {
  if (text.includes("\0")) return invalid(where, "the text contains a NUL character");
  if (!text.isWellFormed()) return invalid(where, "the text contains half of a surrogate pair");
  return undefined;
}

function invalid(where: string, what: string): RagError {
  return new RagError("record_invalid", `${where}: ${what}`);
}

function assemble(fields: Fields, used: UsedFields, id: string, { fieldTypes = {} }: LoadOptions) {
  const named = fields[used.title ?? ""];
  const title = typeof named === "string" ? named.trim() : "";
  const tags = isStrings(fields.tags) ? fields.tags : undefined;
  const taken = new Set([used.text, used.title, used.id, tags && "tags", isObject(fields.metadata) && "metadata"]);
  const rest = Object.entries(fields).filter(([name, value]) => !taken.has(name) && !isAbsent(value));
  const nested = taken.has("metadata") ? Object.entries(fields.metadata as Fields) : [];
  const metadata = Object.fromEntries(
    [...nested, ...rest].map(([name, value]) => [
      name,
      typed(value, Object.hasOwn(fieldTypes, name) ? fieldTypes[name] : undefined),
    ]),
  ) as NonNullable<DocumentInput["metadata"]>;
  const text = fields[used.text ?? ""] as string;
  return { id, text, ...(title !== "" && { title }), ...(tags !== undefined && { tags }), metadata };
}

/** Null and the empty cell of a table say that there is no value. */
function isAbsent(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** A string as the declared type when it stands for one; else as it is, and the collection says what is wrong with it. */
function typed(value: unknown, type: FieldType | undefined): unknown {
  if (typeof value !== "string" || type === undefined) return value;
  const plain = value.trim();
  if (type === "number") return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : value;
  if (type === "boolean") return /^(true|false)$/i.test(plain) ? plain.toLowerCase() === "true" : value;
  if (type === "string[]") return toList(plain);
  return value;
}

/** `["a","b"]`, or `a; b`, or one value. */
function toList(plain: string): string[] {
  if (plain.startsWith("[")) {
    try {
      const list: unknown = JSON.parse(plain);
      if (isStrings(list)) return [...list];
    } catch {
      // Not JSON: a value that begins with a bracket, or several between semicolons.
    }
  }
  return plain
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `the fields id, titel, contents`: enough to see a spelling mistake. */
function listNames(fields: Fields): string {
  const names = Object.keys(fields);
  if (names.length === 0) return "no fields";
  const listed = names.slice(0, MAX_LISTED_FIELDS).map(shorten).join(", ");
  return `the fields ${listed}${names.length > MAX_LISTED_FIELDS ? ", …" : ""}`;
}

function shorten(name: string): string {
  return name.length > MAX_LISTED_NAME ? `${name.slice(0, MAX_LISTED_NAME)}…` : name;
}
