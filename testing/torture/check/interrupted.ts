import { MAIN } from "../load/database.ts";
import { copyState } from "../load/operations/operation.ts";
import type { State } from "../load/operations/operation.ts";
import { operationAt } from "../load/operations/operations.ts";
import type { WriterEnd } from "../child/writer-process.ts";
import { Tally } from "../tally.ts";
import type { Faults } from "../tally.ts";
import { judge } from "./judge.ts";
import { restart } from "./restart.ts";

/** The life of a data folder whose writer is interrupted again and again, and what it must hold after each time. */
export class Interrupted {
  readonly tally: Tally;
  readonly #seed: number;
  #state: State = new Map();
  #first = 0;
  #failure: string | undefined;

  constructor(seed: number, tally = new Tally()) {
    this.#seed = seed;
    this.tally = tally;
  }

  /** Where the next writer begins. */
  get next(): { readonly seed: number; readonly first: number } {
    return { seed: this.#seed, first: this.#first };
  }

  /** Applies to the model what the writer says it has done. */
  written({ acknowledged, failure }: WriterEnd): void {
    for (let index = this.#first; index <= acknowledged; index++) operationAt(index, this.#seed).apply(this.#state);
    this.tally.operations += acknowledged + 1 - this.#first;
    this.tally.rounds++;
    this.#first = acknowledged + 1;
    this.#failure = failure;
  }

  /** Opens the folder and compares it with the model; the operation that was interrupted may have happened. */
  async judge(folder: string, where: string): Promise<void> {
    const faults = this.tally.at(where);
    if (this.#failure !== undefined) faults.fault("differences", `the writer ended: ${this.#failure}`);
    try {
      this.#state = await this.#compare(folder, faults);
    } catch (error) {
      faults.fault("lost", `everything, it cannot be opened or read: ${reasonOf(error)}`);
    }
    this.#first = this.#state.has(MAIN) ? this.#first + 1 : 0;
  }

  async #compare(folder: string, faults: Faults): Promise<State> {
    const { database, ms } = await restart(folder);
    await using _opened = database;
    this.tally.restarted(ms);
    const after = copyState(this.#state);
    operationAt(this.#first, this.#seed).apply(after);
    return await judge(database, { before: this.#state, after }, faults);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${reasonOf(error.cause)}`;
}
