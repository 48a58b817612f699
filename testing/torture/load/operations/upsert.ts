import { MAIN } from "../database.ts";
import { documentOf, inputOf, POOL } from "../documents.ts";
import type { OperationKind } from "./operation.ts";

/** Up to forty documents in one commit, some of them twice: the last one counts. */
export const upsert: OperationKind = upsertOf(30, { least: 1, most: 40 });
/** More documents than one commit takes. */
export const bulkUpsert: OperationKind = upsertOf(4, { least: 140, most: POOL });

function upsertOf(weight: number, { least, most }: { least: number; most: number }): OperationKind {
  return {
    weight,
    make(random, index, seed) {
      const ids = random.list(random.integer(least, most), () => `d${random.integer(0, POOL - 1)}`);
      const documents = ids.map((id) => documentOf(id, index, seed));
      return {
        apply: (state) => {
          for (const document of documents) state.get(MAIN)?.set(document.id, document);
        },
        run: async (database) =>
          (await database.collection(MAIN)).upsert(documents.map(inputOf), { source: `s${index % 7}` }),
      };
    },
  };
}
