import type { Database } from "@galen/db";
import type { WrittenDocument } from "../documents.ts";
import type { Random } from "../random.ts";

/** Collections by name, documents by id: what a database must hold. */
export type State = Map<string, Map<string, WrittenDocument>>;

/** Something that a writer does. What it does depends only on how it was made and on the state before it. */
export interface Operation {
  readonly kind: string;
  /** Does it to the model. */
  apply(state: State): void;
  /** Does it to the database; resolves when that is acknowledged. */
  run(database: Database): Promise<unknown>;
}

/** To add a kind: a file beside this one and a line in `operations.ts`. */
export interface OperationKind {
  /** How often it is chosen, relative to the others. */
  readonly weight: number;
  make(random: Random, index: number, seed: number): Omit<Operation, "kind">;
}

/** A copy that operations can be applied to; documents themselves never change. */
export function copyState(state: State): State {
  return new Map(Array.from(state, ([name, documents]) => [name, new Map(documents)]));
}
