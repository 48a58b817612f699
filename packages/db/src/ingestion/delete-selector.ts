import { z } from "zod";
import { DbError } from "../errors.ts";
import type { Generation } from "../generations/generation.ts";
import { DocumentId } from "../schemas/document.ts";
import type { Filter } from "../schemas/filter.ts";
import { whereOf } from "../search/where.ts";
import { revisionConflict } from "./revision-fence.ts";

/** Which documents to delete: by id, by filter, or all that came from a source except some. */
export type DeleteSelector =
  | {
      readonly ids: readonly (string | number)[];
      /** Of a single document: delete it only at this revision. */
      readonly if_rev?: number | undefined;
    }
  | { readonly filter: Filter }
  | { readonly source: string; readonly except?: readonly string[] };

const Selector = z
  .strictObject({
    ids: z.array(DocumentId).optional(),
    if_rev: z.int().min(1).optional(),
    filter: z.unknown().optional(),
    source: z.string().optional(),
    except: z.array(z.string()).optional(),
  })
  .refine(({ ids, filter, source }) => [ids, filter, source].filter((part) => part !== undefined).length === 1)
  .refine(({ ids, if_rev: rev }) => rev === undefined || ids?.length === 1)
  .refine(({ source, except }) => except === undefined || source !== undefined);

/**
 * The ids that a selector names, whether they exist or not. To be asked in the writer's lane, where nothing else can write.
 * @throws {DbError} `query_invalid`, `revision_conflict`, `filter_invalid`, `filter_field_unknown`
 */
export async function selectIds(
  selector: DeleteSelector,
  { catalogue, table, record, search: sources }: Generation,
): Promise<readonly string[]> {
  const parsed = Selector.safeParse(selector);
  if (!parsed.success) {
    throw new DbError(
      "query_invalid",
      "Name the documents to delete by ids, by a filter or by a source, one of them; a revision goes with a single id.",
    );
  }
  const { ids, filter, source, except, if_rev: rev } = parsed.data;
  if (ids) {
    if (rev !== undefined) {
      const stored = (await catalogue.versions(record.id, ids)).get(ids[0] ?? "");
      if (stored?.rev !== rev) throw revisionConflict(stored?.rev);
    }
    return [...new Set(ids)];
  }
  if (filter !== undefined) return table.documentIds({ where: await whereOf(sources, filter) });
  const kept = new Set(except);
  return (await catalogue.idsBySource(record.id, source ?? "")).filter((id) => !kept.has(id));
}
