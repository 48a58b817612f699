import { ALIAS, EXTRA, MAIN } from "../database.ts";
import type { OperationKind } from "./operation.ts";

/** The alias leads to the one collection or to the other, or is taken away; it never hides a document. */
export const switchAlias: OperationKind = {
  weight: 5,
  make(random) {
    const wish = random.integer(0, 4);
    return {
      apply: () => undefined,
      run: async (database) => {
        if (wish === 0) return database.removeAlias(ALIAS);
        return database.setAlias(ALIAS, wish > 2 && (await database.hasCollection(EXTRA)) ? EXTRA : MAIN);
      },
    };
  },
};
