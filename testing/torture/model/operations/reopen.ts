import type { ModelOperation } from "../model-operation.ts";
import { openTwin } from "../open-twin.ts";

/** Closes and opens the database: nothing but the folder remains. */
export const reopen: ModelOperation = {
  weight: 1,
  async run(twins) {
    await twins.database[Symbol.asyncDispose]();
    Object.assign(twins, await openTwin(twins.folder, twins));
  },
};
