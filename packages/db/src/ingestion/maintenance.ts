import type { VectorIndexes } from "../catalogue/catalogue.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import type { Lane } from "./lane.ts";

/** Rows outside the full-text index cost 0.1 ms each in every search. From the first number on maintenance is due when it is not too often. */
const TAIL_ROWS = 150;
/** From this on it is due at once: a search reads fewer than 200 rows one by one. */
const MAX_TAIL_ROWS = 190;
/** A write of more rows belongs to a bulk load, in which the writer's time counts more than that of searches. */
const SMALL_WRITE_ROWS = 32;
/** Of a stream of small writes maintenance takes one part in so many, where that is enough: at 16,000 passages it lasts half a second. */
const PAUSE_FACTOR = 4;
/** Rows written before a bulk load is interrupted for maintenance; it rewrites the table, hence also a share of its rows. */
const BULK_ROWS = 2_000;
const BULK_SHARE = 0.25;
/** Quiet time before maintenance, with a tail above and below `TAIL_ROWS`. */
const IDLE_MS = 1_000;
const LONG_IDLE_MS = 20_000;

export interface MaintenanceParts {
  readonly table: PassageTable;
  readonly lane: Lane;
  readonly makeDurable: () => Promise<void>;
  readonly keepVectorIndexes: (changed: VectorIndexes) => Promise<void>;
}

/**
 * Compaction, indexing and pruning, in the writer's lane: LanceDB's `optimize` loses against concurrent writers. A
 * failure loses nothing but speed, so it does not fail a write; it is kept for `verify` and tried again after the next write.
 */
export class Maintenance {
  readonly #table: PassageTable;
  readonly #lane: Lane;
  readonly #makeDurable: () => Promise<void>;
  readonly #keepVectorIndexes: (changed: VectorIndexes) => Promise<void>;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When a stream of small writes may be interrupted next, on the clock of `performance.now()`. */
  #pauseUntil = 0;
  failure: unknown;

  constructor({ table, lane, makeDurable, keepVectorIndexes }: MaintenanceParts) {
    this.#table = table;
    this.#lane = lane;
    this.#makeDurable = makeDurable;
    this.#keepVectorIndexes = keepVectorIndexes;
  }

  /** To be called in the lane after each write. */
  async noteWrite(rows: number): Promise<void> {
    this.#written += rows;
    clearTimeout(this.#timer);
    if (await this.#isDue(rows)) return this.#run();
    const quiet = this.#written >= TAIL_ROWS ? IDLE_MS : LONG_IDLE_MS;
    this.#timer = setTimeout(() => void this.#lane.run(() => this.#run()), quiet);
    this.#timer.unref();
  }

  /** To be called when another writer has the table. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#written = 0;
  }

  /** Does now what would be done when the collection is idle. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#lane.run(() => this.#run());
  }

  async #isDue(rows: number): Promise<boolean> {
    if (rows <= SMALL_WRITE_ROWS) {
      const isRested = performance.now() >= this.#pauseUntil;
      return this.#written >= MAX_TAIL_ROWS || (isRested && this.#written >= TAIL_ROWS);
    }
    return this.#written >= BULK_ROWS && this.#written >= BULK_SHARE * (await this.#table.countRows());
  }

  async #run(): Promise<void> {
    if (this.#written === 0) return;
    const began = performance.now();
    try {
      await this.#table.optimize();
      const vectorIndexes = await this.#table.maintainVectorIndexes();
      await this.#makeDurable();
      if (Object.keys(vectorIndexes).length > 0) await this.#keepVectorIndexes(vectorIndexes);
      // Only now: until the compacted version is on disk, a power cut must find the one before it.
      await this.#table.prune();
      await this.#makeDurable();
      this.#written = 0;
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    } finally {
      const now = performance.now();
      this.#pauseUntil = now + PAUSE_FACTOR * (now - began);
    }
  }
}
