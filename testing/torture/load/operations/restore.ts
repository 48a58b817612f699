import { MAIN } from "../database.ts";
import type { OperationKind } from "./operation.ts";

/** Takes a snapshot and puts it in the collection's place: nothing changes, and everything is another. */
export const restore: OperationKind = {
  weight: 1,
  make() {
    return {
      apply: () => undefined,
      run: async ({ snapshots }) => {
        // Those of attempts that were interrupted.
        for (const { id } of await snapshots.list()) await snapshots.remove(id);
        const { id } = await snapshots.create(MAIN);
        await snapshots.restore(id, { replace: true });
        await snapshots.remove(id);
      },
    };
  },
};
