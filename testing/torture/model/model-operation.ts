import type { Collection, Database } from "@galen/db";
import type { FakeEmbedder } from "@galen/testing";
import type { Random } from "../load/random.ts";
import type { CollectionModel } from "./collection-model.ts";

/** The database and its model, side by side. */
export interface Twins {
  readonly folder: string;
  database: Database;
  collection: Collection;
  readonly embedder: FakeEmbedder;
  /** Makes the vectors of the name `far`, which are compared by their distance. */
  readonly far: FakeEmbedder;
  readonly model: CollectionModel;
  readonly random: Random;
}

/** Does something to both and compares what they answer; throws an AssertionError where they differ. */
export interface ModelOperation {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  run(twins: Twins): Promise<void>;
}
