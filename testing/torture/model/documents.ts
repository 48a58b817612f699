import type { DbErrorCode } from "@galen/db";
import type { Random } from "../load/random.ts";
import { WORDS, metadata } from "./fields.ts";
import { sentence } from "./vocabulary.ts";

/** A document as a caller gives it. */
export interface Given {
  readonly id: string | number;
  readonly text: string;
  readonly title?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The bytes beside it, as text. */
  readonly object?: string;
}

/** Of the objects of all documents. */
export const MEDIA_TYPE = "application/x-stone";

/** One that must be refused, and with which code; the others of its batch must not suffer. */
export interface Refused {
  readonly document: unknown;
  readonly code: DbErrorCode;
}

/** Few enough that documents are written again and again; numbers and strings name the same ones. */
export function id(random: Random): string | number {
  const number = random.integer(0, 90);
  if (number > 84) return random.pick(["é😀", "\uFFFD", "d'2", "a/b?c#d", "toString", "__proto__"]);
  return random.chance(0.1) ? number : `d${number}`;
}

export function document(random: Random): Given {
  return {
    id: id(random),
    text: random.list(random.integer(1, 3), () => sentence(random)).join(" "),
    ...(random.chance(0.5) && { title: `title ${random.pick(WORDS)}` }),
    ...(random.chance(0.5) && { tags: random.list(random.integer(0, 3), () => random.pick(WORDS)) }),
    ...(random.chance(0.8) && { metadata: metadata(random) }),
    ...(random.chance(0.2) && { object: object(random) }),
  };
}

/** Few enough that several documents have the same. */
export function object(random: Random): string {
  return `object ${random.integer(0, 30)}`.repeat(random.integer(1, 3));
}

/** The document as an upsert takes it. */
export function inputOf({ object, ...given }: Given) {
  return object === undefined ? given : { ...given, object: { media_type: MEDIA_TYPE, bytes: Buffer.from(object) } };
}

const text = "stone.";

const refused: readonly Refused[] = [
  { document: { id: "x", text: "" }, code: "document_invalid" },
  { document: { id: "x", text: " \n" }, code: "document_invalid" },
  { document: { id: "x" }, code: "document_invalid" },
  { document: "text", code: "document_invalid" },
  { document: null, code: "document_invalid" },
  { document: { id: "", text }, code: "document_invalid" },
  { document: { id: "x\ny", text }, code: "document_invalid" },
  { document: { id: "x".repeat(10_000), text }, code: "document_invalid" },
  { document: { id: 1.5, text }, code: "document_invalid" },
  { document: { id: "x\uD800", text }, code: "document_invalid" },
  { document: { id: "x", text, tags: ["a\u001Fb"] }, code: "document_invalid" },
  { document: { id: "x", text, metadata: { year: Number.NaN } }, code: "document_invalid" },
  { document: { id: "x", text, metadata: { topic: Number.POSITIVE_INFINITY } }, code: "document_invalid" },
  { document: { id: "x", text, metadata: { topic: "y".repeat(70_000) } }, code: "document_too_large" },
  { document: { id: "x", text, metadata: { year: "2010" } }, code: "field_type_mismatch" },
  { document: { id: "x", text, metadata: { open: 1 } }, code: "field_type_mismatch" },
  { document: { id: "x", text, metadata: { day: "2019-02-30" } }, code: "field_type_mismatch" },
  { document: { id: "x", text, metadata: { mesh: ["a", 1] } }, code: "field_type_mismatch" },
];

export function refusedDocument(random: Random): Refused {
  return random.chance(0.1) ? withoutPassages(random) : random.pick(refused);
}

/** Only the splitter finds out: by then it has taken part in the search for duplicates, so each has an id of its own. */
function withoutPassages(random: Random): Refused {
  return { document: { id: `x${random.next()}`, text: "no period" }, code: "document_invalid" };
}
