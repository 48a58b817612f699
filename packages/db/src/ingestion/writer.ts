import type { Catalogue, VectorIndexes } from "../catalogue/catalogue.ts";
import { metadataPaths } from "../metadata/labels.ts";
import type { Objects } from "../objects/objects.ts";
import { storageError } from "../storage/failure.ts";
import type { EmbeddedDocument } from "../tables/passage-rows.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import { SupersededError } from "../generations/superseded.ts";
import { Lane } from "./lane.ts";
import { Maintenance } from "./maintenance.ts";
import { passFence } from "./revision-fence.ts";
import type { RevisionConflict } from "./revision-fence.ts";

export interface WriterParts {
  readonly collectionId: string;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly objects: Objects;
}

/**
 * The one writer of a collection. A write is first meant (catalogue, on disk), then done (one table commit), then made durable
 * (fsync), then acknowledged (catalogue, on disk). A crash between any two leaves evidence to finish or undo it by.
 */
export class CollectionWriter {
  readonly #collectionId: string;
  readonly #catalogue: Catalogue;
  readonly #table: PassageTable;
  readonly #objects: Objects;
  readonly #lane = new Lane();
  readonly #maintenance: Maintenance;
  /** Whether an earlier write may have stopped half way. */
  #unsettled = true;
  #isSuperseded = false;

  constructor({ collectionId, catalogue, table, objects }: WriterParts) {
    this.#collectionId = collectionId;
    this.#catalogue = catalogue;
    this.#table = table;
    this.#objects = objects;
    const makeDurable = async () => catalogue.setTableVersion(collectionId, await table.makeDurable());
    const keepVectorIndexes = (changed: VectorIndexes) => catalogue.setVectorIndexes(collectionId, changed);
    this.#maintenance = new Maintenance({ table, lane: this.#lane, makeDurable, keepVectorIndexes });
  }

  /** Stores the documents as one revision. All of them are searchable and durable then, or none; those of another revision than they expect are left out. */
  store(documents: readonly EmbeddedDocument[]): Promise<Stored> {
    return this.#write("Storing documents", async () => {
      const passed = await passFence(this.#catalogue, this.#collectionId, documents);
      const { conflicts } = passed;
      if (passed.documents.length === 0) return { rev: undefined, conflicts };
      const rev = await this.#catalogue.stage(this.#collectionId, passed.documents);
      await this.#table.replace(passed.documents, rev);
      await this.#settle(rev, passed.documents);
      await this.#maintenance.noteWrite(passed.documents.reduce((rows, { passages }) => rows + passages.length, 0));
      return { rev, conflicts };
    });
  }

  /** Deletes the documents that `select` names, and says how many existed. */
  remove(select: () => Promise<readonly string[]>): Promise<{ deleted: number; rev: number | undefined }> {
    return this.#write("Deleting documents", async () => {
      const wanted = await select();
      let [deleted, last]: [number, number | undefined] = [0, undefined];
      for (let at = 0; at < wanted.length; at += DELETE_BATCH) {
        const { ids, rev } = await this.#catalogue.stageDelete(this.#collectionId, wanted.slice(at, at + DELETE_BATCH));
        if (ids.length > 0) await this.#removeStaged(ids, rev);
        deleted += ids.length;
        last = rev;
      }
      return { deleted, rev: last };
    });
  }

  setSource(ids: readonly string[], source: string): Promise<void> {
    return this.#write("Recording a source", () => this.#catalogue.setSource(this.#collectionId, ids, source));
  }

  /** Does something while no write can come in between. */
  hold<T>(task: () => Promise<T>): Promise<T> {
    return this.#write("Reading a collection at rest", task);
  }

  /** Finishes or undoes what a crash left; to be called once before the first read. */
  recover(): Promise<void> {
    return this.#write("Recovering a collection", async () => undefined);
  }

  /** Carries out the last task of this writer: when it has succeeded, later writes throw a `SupersededError`. */
  handOver(task: () => Promise<void>): Promise<void> {
    return this.#write("Replacing a generation", async () => {
      await task();
      this.#isSuperseded = true;
      this.#maintenance.cancel();
    });
  }

  get maintenanceFailure(): unknown {
    return this.#maintenance.failure;
  }

  /** Brings the full-text index up to date with the last write. */
  settle(): Promise<void> {
    return this.#maintenance.finish();
  }

  async close(): Promise<void> {
    await this.#maintenance.finish();
    await this.#lane.idle();
  }

  #write<T>(what: string, task: () => Promise<T>): Promise<T> {
    return this.#lane.run(async () => {
      if (this.#isSuperseded) throw new SupersededError();
      try {
        if (this.#unsettled) await this.#settleAll();
        this.#unsettled = true;
        const result = await task();
        this.#unsettled = false;
        return result;
      } catch (error) {
        throw storageError(error, what);
      }
    });
  }

  /**
   * A staged revision that the table holds was committed: it is finished. One that it does not hold was never acknowledged, and
   * its caller has seen a failure: it is undone. A commit is all or nothing, so one row is proof enough. Deletions are repeated.
   */
  async #settleAll(): Promise<void> {
    const { upserts, deletes } = await this.#catalogue.unsettled(this.#collectionId);
    for (const { rev, ids } of upserts) {
      const committed = (await this.#table.countRows(`doc_rev = ${rev}`)) > 0;
      if (!committed) await this.#objects.collect(await this.#catalogue.undo(this.#collectionId, rev));
      else {
        const versions = ids.map((id) => ({ id, rev }));
        await this.#settle(rev, await this.#catalogue.documentsAt(this.#collectionId, versions));
      }
    }
    if (deletes.length === 0) return;
    const { rev } = await this.#catalogue.stageDelete(this.#collectionId, []);
    await this.#removeStaged(deletes, rev);
  }

  async #settle(rev: number, documents: readonly Pick<EmbeddedDocument, "metadata">[]): Promise<void> {
    const tableVersion = await this.#table.makeDurable();
    const fields = metadataPaths(
      documents.map(({ metadata }) => metadata),
      this.#table.shape.fields,
    );
    await this.#objects.collect(await this.#catalogue.settle(this.#collectionId, rev, { tableVersion, fields }));
  }

  async #removeStaged(ids: readonly string[], rev: number): Promise<void> {
    await this.#table.removeDocuments(ids);
    const tableVersion = await this.#table.makeDurable();
    await this.#objects.collect(await this.#catalogue.settleDelete(this.#collectionId, rev, { tableVersion }));
    await this.#maintenance.noteWrite(ids.length);
  }
}

export interface Stored {
  /** `undefined` when every document was refused. */
  readonly rev: number | undefined;
  readonly conflicts: readonly RevisionConflict[];
}

/** Ids in one predicate. */
const DELETE_BATCH = 1_000;
