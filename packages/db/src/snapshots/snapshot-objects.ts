import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DbError } from "../errors.ts";
import type { GenerationView } from "../generations/generation-view.ts";
import type { SnapshotManifest } from "../schemas/snapshot.ts";

const OBJECTS = "objects";

/** Gives the objects of all documents a second name in the snapshot. To be called in the writer's lane. */
export async function exportObjects(
  { catalogue, record, objects }: Pick<GenerationView, "catalogue" | "record" | "objects">,
  folder: string,
): Promise<void> {
  const facts = await catalogue.objects(record.id);
  if (facts.length > 0) await mkdir(join(folder, OBJECTS));
  for (const { sha256 } of facts) {
    if (await objects.export(sha256, join(folder, OBJECTS, sha256))) continue;
    throw new DbError("object_damaged", "An object of the collection is missing.", {
      hint: "`galen doctor --data` counts such objects. Store it again, or take it from its document.",
    });
  }
}

/** Where a snapshot has an object, whose checksum it must have listed. @throws {DbError} `snapshot_invalid` */
export function objectFileOf(sha256: string, { id, files }: SnapshotManifest, folder: string): string {
  const path = `${OBJECTS}/${sha256}`;
  if (files.some((file) => file.path === path && file.sha256 === sha256)) return join(folder, path);
  throw new DbError("snapshot_invalid", "The snapshot lacks an object of a document.", {
    hint: "It is damaged, or was changed.",
    details: { id },
  });
}
