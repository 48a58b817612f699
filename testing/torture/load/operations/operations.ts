import { Random, seedOf } from "../random.ts";
import { createMain, createOrDrop } from "./collections.ts";
import { deleteFilter } from "./delete-filter.ts";
import { deleteIds } from "./delete-ids.ts";
import type { Operation, OperationKind } from "./operation.ts";
import { patch } from "./patch.ts";
import { reindex } from "./reindex.ts";
import { restore } from "./restore.ts";
import { settle } from "./settle.ts";
import { switchAlias } from "./switch-alias.ts";
import { bulkUpsert, upsert } from "./upsert.ts";

const kinds = {
  upsert,
  bulkUpsert,
  deleteIds,
  deleteFilter,
  settle,
  createOrDrop,
  reindex,
  switchAlias,
  patch,
  restore,
} satisfies Record<string, OperationKind>;

const choices = Object.entries(kinds).map(([kind, { weight }]) => ({ kind: kind as keyof typeof kinds, weight }));

/** Kinds that are rare and whose middle is worth a kill of its own. */
export const SLOW_KINDS = [
  "settle",
  "bulkUpsert",
  "createOrDrop",
  "reindex",
  "restore",
] as const satisfies readonly (keyof typeof kinds)[];

/** The operation with this number: the writer carries it out, the judge applies it to the model. */
export function operationAt(index: number, seed: number): Operation {
  if (index === 0) return createMain;
  const random = new Random(seedOf(seed, index));
  const { kind } = random.weighted(choices);
  return { kind, ...kinds[kind].make(random, index, seed) };
}
