import { MAIN } from "../database.ts";
import type { OperationKind } from "./operation.ts";

/** Maintenance, now instead of when the collection is idle: compaction, indexing, pruning. */
export const settle: OperationKind = {
  weight: 6,
  make: () => ({
    apply: () => undefined,
    run: async (database) => (await database.collection(MAIN)).settle(),
  }),
};
