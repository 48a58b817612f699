import { CollectionName, SnapshotId, SnapshotInfo } from "@galen/db/schemas";
import { z } from "zod";

export const SnapshotList = z.object({ snapshots: z.array(SnapshotInfo) }).meta({ id: "SnapshotList" });
export type SnapshotList = z.infer<typeof SnapshotList>;

export const SnapshotRequest = z.strictObject({ collection: CollectionName }).meta({ id: "SnapshotRequest" });
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

export const RestoreRequest = z
  .strictObject({
    name: CollectionName.optional().meta({
      description: "The collection's name when the snapshot was taken, when absent",
    }),
    replace: z
      .boolean()
      .default(false)
      .meta({ description: "Take the place of a collection of that name, in one step" }),
  })
  .meta({ id: "RestoreRequest" });
export type RestoreRequest = z.input<typeof RestoreRequest>;

export const SnapshotParams = z.object({ id: SnapshotId });
