import { MAIN } from "../database.ts";
import { POOL } from "../documents.ts";
import type { OperationKind } from "./operation.ts";

export const deleteIds: OperationKind = {
  weight: 8,
  make(random) {
    const ids = random.list(random.integer(1, 25), () => `d${random.integer(0, POOL - 1)}`);
    return {
      apply: (state) => {
        for (const id of ids) state.get(MAIN)?.delete(id);
      },
      run: async (database) => (await database.collection(MAIN)).delete({ ids }),
    };
  },
};
