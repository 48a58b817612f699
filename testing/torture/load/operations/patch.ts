import { MAIN } from "../database.ts";
import { POOL } from "../documents.ts";
import type { WrittenDocument } from "../documents.ts";
import type { OperationKind } from "./operation.ts";

/** Changes metadata of some documents, of which some may be missing, and nothing else. */
export const patch: OperationKind = {
  weight: 10,
  make(random, index) {
    const ids = [...new Set(random.list(random.integer(1, 30), () => `d${random.integer(0, POOL - 1)}`))];
    const documents = ids.map((id) => ({ id, metadata: { patched: index, note: { by: "patch" } } }));
    return {
      apply: (state) => {
        for (const id of ids) {
          const document = state.get(MAIN)?.get(id);
          if (document) state.get(MAIN)?.set(id, patched(document, index));
        }
      },
      run: async (database) => (await database.collection(MAIN)).patch({ documents }),
    };
  },
};

function patched(document: WrittenDocument, index: number): WrittenDocument {
  const { metadata } = document;
  return { ...document, metadata: { ...metadata, patched: index, note: { ...metadata.note, by: "patch" } } };
}
