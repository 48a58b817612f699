import type { Filter, Span } from "@galen/db/schemas";
import { matches } from "../../../packages/db/src/search/filter-meaning.fixture.ts";
import { FIELDS } from "./fields.ts";

/** A document as the model holds it. */
export interface ModelDocument {
  readonly id: string;
  readonly text: string;
  readonly title: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly object: string | undefined;
  readonly source: string | undefined;
  readonly createdAt: string;
  readonly passages: readonly ModelPassage[];
}

export interface ModelPassage extends Span {
  readonly vector: Float32Array;
  /** Not scaled. */
  readonly far: Float32Array;
  /** Terms of the title and of the passage. */
  readonly terms: ReadonlySet<string>;
}

/** What a collection must hold: a map, and answers by looking at everything. */
export class CollectionModel {
  readonly documents = new Map<string, ModelDocument>();

  /** In order of id, as the database orders: by the bytes of UTF-8. */
  matching(filter: Filter | undefined): ModelDocument[] {
    const found = [...this.documents.values()].filter(
      (document) => filter === undefined || matches(filter, document, FIELDS),
    );
    return found.sort(({ id: left }, { id: right }) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  }

  ofSource(source: string): ModelDocument[] {
    return [...this.documents.values()].filter((document) => document.source === source);
  }
}

/** The content of a document, whatever the order of its metadata; equal content is not stored again. */
export function contentOf({
  text,
  title,
  tags,
  metadata,
  object,
}: Omit<ModelDocument, "id" | "source" | "createdAt" | "passages">) {
  return JSON.stringify([text, title ?? null, tags ?? null, sorted(metadata), object ?? null]);
}

/** What the vectors are made of. */
export function embeddedContent({ text, title }: Pick<ModelDocument, "text" | "title">): string {
  return JSON.stringify([text, title ?? null]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
}
