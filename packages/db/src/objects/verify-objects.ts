import { createHash } from "node:crypto";
import type { Catalogue, ObjectFacts } from "../catalogue/catalogue.ts";
import type { ObjectReads } from "../storage/object-store.ts";

/** What was found of the objects of a collection, each counted once. */
export interface ObjectCounts {
  readonly objects: number;
  readonly missing_objects: number;
  /** Objects whose bytes are not those that were stored. */
  readonly damaged_objects: number;
}

/** Reads every object. */
export async function verifyObjects(
  collectionId: string,
  { catalogue, objects }: { readonly catalogue: Catalogue; readonly objects: ObjectReads },
): Promise<ObjectCounts> {
  const counts = { objects: 0, missing_objects: 0, damaged_objects: 0 };
  for (const facts of await catalogue.objects(collectionId)) {
    const state = await stateOf(facts, objects);
    // Deleted while the others were read.
    if (state !== "sound" && (await catalogue.unusedObjects([facts.sha256])).length > 0) continue;
    counts.objects++;
    if (state === "missing") counts.missing_objects++;
    if (state === "damaged") counts.damaged_objects++;
  }
  return counts;
}

async function stateOf({ sha256 }: ObjectFacts, objects: ObjectReads): Promise<"sound" | "missing" | "damaged"> {
  const file = await objects.open(sha256);
  if (file === undefined) return "missing";
  const hash = createHash("sha256");
  for await (const piece of file) hash.update(piece as Buffer);
  return hash.digest("hex") === sha256 ? "sound" : "damaged";
}
