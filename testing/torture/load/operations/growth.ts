import { MAIN } from "../database.ts";
import { documentOf, inputOf } from "../documents.ts";
import type { Operation } from "./operation.ts";

const DOCUMENTS = 40;

/** Documents that were not there before: with each of these there are more. */
export function growth(index: number, seed: number): Operation {
  const documents = Array.from({ length: DOCUMENTS }, (_, at) => documentOf(`d${index * DOCUMENTS + at}`, index, seed));
  return {
    kind: "growth",
    apply: (state) => {
      for (const document of documents) state.get(MAIN)?.set(document.id, document);
    },
    run: async (database) => (await database.collection(MAIN)).upsert(documents.map(inputOf)),
  };
}
