import { EXTRA, MAIN } from "../database.ts";
import type { Operation, OperationKind } from "./operation.ts";

const CONFIG = { fields: { group: "number", operation: "number" } } as const;

/** The first operation of every run. */
export const createMain: Operation = {
  kind: "createMain",
  apply: (state) => state.set(MAIN, new Map()),
  run: (database) => database.createCollection({ name: MAIN, ...CONFIG }),
};

/** A second collection comes, or goes when it is there. */
export const createOrDrop: OperationKind = {
  weight: 3,
  make: () => ({
    apply: (state) => {
      if (!state.delete(EXTRA)) state.set(EXTRA, new Map());
    },
    run: async (database) =>
      (await database.hasCollection(EXTRA))
        ? database.dropCollection(EXTRA)
        : database.createCollection({ name: EXTRA, ...CONFIG }),
  }),
};
