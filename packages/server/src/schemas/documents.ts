import { CollectionInfo, DocumentChanges, DocumentId, FieldType, Filter, MAX_BATCH_DOCUMENTS } from "@galen/db/schemas";
import type { DocumentPatch } from "@galen/db/schemas";
import { z } from "zod";
import { Task } from "./task.ts";

/** Longest piece of a document's text in one answer, so that a long document is never sent as a whole by mistake. */
export const MAX_TEXT_WINDOW = 200_000;
export const DEFAULT_TEXT_WINDOW = 20_000;

export const CollectionList = z.object({ collections: z.array(CollectionInfo) }).meta({ id: "CollectionList" });
export type CollectionList = z.infer<typeof CollectionList>;

export const CollectionFields = z
  .object({
    declared: z.record(z.string(), FieldType),
    seen: z.array(z.string()).meta({ description: "Undeclared metadata names that documents use" }),
  })
  .meta({ id: "CollectionFields" });
export type CollectionFields = z.infer<typeof CollectionFields>;

/** Each document is checked by itself (`DocumentInput`): a bad one is reported in `failed` and does not stop the others. */
export const UpsertRequest = z
  .strictObject({
    documents: z
      .array(z.unknown().meta({ allOf: [{ $ref: "#/components/schemas/DocumentInput" }] }))
      .min(1)
      .max(MAX_BATCH_DOCUMENTS),
  })
  .meta({ id: "UpsertRequest" });

const NonEmptyFilter = Filter.refine((filter) => Object.keys(filter).length > 0, "the filter is empty");

export const DeleteRequest = z
  .union(
    [
      z
        .strictObject({
          ids: z.array(DocumentId).min(1).max(MAX_BATCH_DOCUMENTS),
          if_rev: z.int().min(1).optional().meta({ description: "Of a single document: delete it only at this `rev`" }),
        })
        .refine(({ ids, if_rev: rev }) => rev === undefined || ids.length === 1, "if_rev goes with a single id"),
      z.strictObject({ filter: NonEmptyFilter }),
    ],
    { error: `either {"ids":[…]} (at most ${MAX_BATCH_DOCUMENTS}) or {"filter":{…}}` },
  )
  .meta({ id: "DeleteRequest" });
export type DeleteRequest = z.infer<typeof DeleteRequest>;

/** Each patch is checked by itself (`DocumentPatch`). */
export const PatchRequest = z
  .union(
    [
      z.strictObject({
        documents: z
          .array(z.unknown().meta({ allOf: [{ $ref: "#/components/schemas/DocumentPatch" }] }))
          .min(1)
          .max(MAX_BATCH_DOCUMENTS),
      }),
      z.strictObject({ filter: NonEmptyFilter, changes: DocumentChanges }),
    ],
    { error: `either {"documents":[…]} (at most ${MAX_BATCH_DOCUMENTS}) or {"filter":{…},"changes":{…}}` },
  )
  .meta({ id: "PatchRequest" });
export type PatchRequest =
  | { readonly documents: readonly DocumentPatch[] }
  | { readonly filter: Filter; readonly changes: DocumentChanges };

export const TextWindowQuery = z.object({
  start: z.coerce.number().int().min(0).default(0),
  end: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: `At most ${MAX_TEXT_WINDOW} after the start; ${DEFAULT_TEXT_WINDOW} when absent` }),
});
export type TextWindowQuery = z.infer<typeof TextWindowQuery>;

/** `text` is `document.text.slice(start, end)`; all three are clamped to the document. */
export const TextWindow = z
  .object({
    id: z.string(),
    title: z.string().optional(),
    start: z.int(),
    end: z.int(),
    length: z.int().meta({ description: "Length of the whole text in UTF-16 units" }),
    text: z.string(),
  })
  .meta({ id: "TextWindow" });
export type TextWindow = z.infer<typeof TextWindow>;

export const TaskAccepted = z.object({ task: Task }).meta({ id: "TaskAccepted" });
export type TaskAccepted = z.infer<typeof TaskAccepted>;

export const TaskList = z.object({ tasks: z.array(Task) }).meta({ id: "TaskList" });
export type TaskList = z.infer<typeof TaskList>;
