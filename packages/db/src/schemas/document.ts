import { z } from "zod";
import { ObjectInfo } from "./object.ts";

/** Ids go into URLs and index keys; longer ones are content, not names. */
export const MAX_ID_LENGTH = 512;
/** Longest text of one document, in UTF-16 units: about 1,300 pages, an hour of encoding on two cores. */
export const MAX_TEXT_LENGTH = 4_194_304;
export const MAX_TITLE_LENGTH = 2_000;
/** Metadata is returned with every hit: it is meant for fields, not for content. */
export const MAX_METADATA_BYTES = 65_536;
/** Documents in one upsert call. */
export const MAX_BATCH_DOCUMENTS = 1_000;

/** `1` and `"1"` are the same id. No control characters, so that an id can be printed and logged on one line. */
export const DocumentId = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(
    z
      .string()
      .min(1)
      .max(MAX_ID_LENGTH)
      .regex(/^\P{Cc}+$/u, "no control characters"),
  )
  .meta({ id: "DocumentId", type: "string", example: "metformin-renal-dosing" });

export const Metadata = z
  .record(z.string().min(1).max(256), z.json())
  .meta({ id: "Metadata", example: { year: 2019, source: "NIDDK" } });
export type Metadata = z.infer<typeof Metadata>;

export const DocumentInput = z
  .object({
    id: DocumentId.optional().meta({ description: "Generated when absent" }),
    text: z.string().max(MAX_TEXT_LENGTH),
    title: z.string().max(MAX_TITLE_LENGTH).optional(),
    tags: z.array(z.string().min(1).max(256)).max(256).optional(),
    metadata: Metadata.optional(),
    if_rev: z.int().min(0).optional().meta({
      description:
        "Store it only when the stored document has this `rev`; 0: only when there is none. Else `revision_conflict`",
    }),
  })
  .meta({ id: "DocumentInput" });
export type DocumentInput = z.input<typeof DocumentInput>;

/** A half-open range of UTF-16 units: `text.slice(start, end)`. */
export const Span = z.object({ start: z.int().min(0), end: z.int().min(0) }).meta({ id: "Span" });
export type Span = z.infer<typeof Span>;

export const Revision = z
  .int()
  .meta({ description: "Version of the collection that wrote this document; for `if_rev`" });

export const Document = z
  .object({
    id: z.string(),
    text: z.string(),
    title: z.string().optional(),
    tags: z.array(z.string()).optional(),
    metadata: Metadata,
    object: ObjectInfo.optional(),
    rev: Revision,
    passages: z.array(Span).meta({ description: "The spans of the text that are embedded and searched" }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Document" });
export type Document = z.infer<typeof Document>;

/** A row of the list of documents: no full text, so that lists stay small. */
export const DocumentSummary = Document.omit({ text: true, passages: true })
  .extend({ length: z.int().meta({ description: "Length of the text in UTF-16 units" }), snippet: z.string() })
  .meta({ id: "DocumentSummary" });
export type DocumentSummary = z.infer<typeof DocumentSummary>;

export const DocumentPage = z
  .object({ documents: z.array(DocumentSummary), total: z.int(), cursor: z.string().optional() })
  .meta({ id: "DocumentPage" });
export type DocumentPage = z.infer<typeof DocumentPage>;

export const UpsertFailure = z
  .object({ index: z.int(), id: z.string().optional(), code: z.string(), message: z.string() })
  .meta({ id: "UpsertFailure" });
export type UpsertFailure = z.infer<typeof UpsertFailure>;

export const UpsertResult = z
  .object({
    upserted: z
      .int()
      .meta({ description: "Documents of this call that are durable and searchable, unchanged ones included" }),
    unchanged: z
      .int()
      .meta({ description: "Of these, documents whose content was already stored and that were not embedded again" }),
    duplicates: z.int().meta({ description: "Documents of this call that a later one with the same id replaced" }),
    failed: z.array(UpsertFailure),
    ids: z.array(z.string()).meta({ description: "Ids of the stored documents, in input order" }),
    version: z.int().meta({ description: "Version of the collection that holds this write" }),
  })
  .meta({ id: "UpsertResult" });
export type UpsertResult = z.infer<typeof UpsertResult>;

/** What is named changes, the rest stays. The text cannot be patched: that is an upsert. */
export const DocumentChanges = z
  .strictObject({
    title: z.string().max(MAX_TITLE_LENGTH).nullable().optional().meta({ description: "null removes it" }),
    tags: DocumentInput.shape.tags.unwrap().nullable().optional().meta({ description: "All tags; null removes them" }),
    metadata: z
      .record(z.string().min(1).max(256), z.json())
      .optional()
      .meta({ description: "Merged as RFC 7396 says: objects member by member, null removes, anything else replaces" }),
  })
  .meta({ id: "DocumentChanges", example: { metadata: { reviewed: true, draft: null } } });
export type DocumentChanges = z.infer<typeof DocumentChanges>;

export const DocumentPatch = DocumentChanges.extend({ id: DocumentId, if_rev: DocumentInput.shape.if_rev }).meta({
  id: "DocumentPatch",
});
export type DocumentPatch = z.input<typeof DocumentPatch>;

export const PatchResult = UpsertResult.pick({ failed: true, version: true })
  .extend({
    patched: z.int().meta({ description: "Documents that are now as asked and durable, unchanged ones included" }),
    unchanged: z.int().meta({ description: "Of these, documents that were so already" }),
    missing: z.array(z.string()).meta({ description: "Ids of the call that no document has" }),
  })
  .meta({ id: "PatchResult" });
export type PatchResult = z.infer<typeof PatchResult>;

export const SetObjectResult = z
  .object({ object: ObjectInfo.optional().meta({ description: "Absent when it was taken away" }), version: z.int() })
  .meta({ id: "SetObjectResult" });
export type SetObjectResult = z.infer<typeof SetObjectResult>;

export const DeleteResult = z.object({ deleted: z.int(), version: z.int() }).meta({ id: "DeleteResult" });
export type DeleteResult = z.infer<typeof DeleteResult>;
