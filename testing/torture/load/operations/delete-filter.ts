import { MAIN } from "../database.ts";
import { GROUPS } from "../documents.ts";
import type { OperationKind } from "./operation.ts";

export const deleteFilter: OperationKind = {
  weight: 5,
  make(random) {
    const group = random.integer(0, GROUPS - 1);
    return {
      apply: (state) => {
        const documents = state.get(MAIN);
        for (const [id, { metadata }] of documents ?? []) if (metadata.group === group) documents?.delete(id);
      },
      run: async (database) => (await database.collection(MAIN)).delete({ filter: { group } }),
    };
  },
};
