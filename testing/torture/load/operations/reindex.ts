import { MAIN, MODELS } from "../database.ts";
import type { OperationKind } from "./operation.ts";

const FIELDS = [{ group: "number", operation: "number" }, { group: "number" }, {}] as const;

/** The next generation, under another model or with other fields; what was begun before a kill is taken up or begun anew. */
export const reindex: OperationKind = {
  weight: 4,
  make(random) {
    const model = MODELS[random.integer(0, MODELS.length - 1)] ?? "";
    const fields = FIELDS[random.integer(0, FIELDS.length - 1)] ?? {};
    return {
      apply: () => undefined,
      run: async (database) => (await database.collection(MAIN)).reindex({ model, fields }),
    };
  },
};
