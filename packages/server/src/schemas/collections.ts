import { Alias, CollectionName, NewFields } from "@galen/db/schemas";
import { z } from "zod";

export const CollectionChanges = z
  .strictObject({
    name: CollectionName.optional().meta({ description: "The new name; aliases stay" }),
    fields: NewFields.optional().meta({
      description: "Fields to declare in addition; they are filled from the documents' metadata",
    }),
  })
  .refine(({ name, fields }) => name !== undefined || fields !== undefined, "name what to change")
  .meta({ id: "CollectionChanges" });
export type CollectionChanges = z.infer<typeof CollectionChanges>;

export const AliasTarget = Alias.pick({ collection: true }).strict().meta({ id: "AliasTarget" });
export type AliasTarget = z.infer<typeof AliasTarget>;

export const AliasList = z.object({ aliases: z.array(Alias) }).meta({ id: "AliasList" });
export type AliasList = z.infer<typeof AliasList>;
