import type { Catalogue, CollectionRecord } from "./catalogue/catalogue.ts";
import { formats } from "./archive/formats.ts";
import type { ImportSource } from "./archive/formats.ts";
import { importDocuments } from "./archive/import-documents.ts";
import { CollectionReads } from "./collection-reads.ts";
import type { SignalOptions } from "./collection-reads.ts";
import { DbError } from "./errors.ts";
import type { GenerationStore } from "./generations/generation-store.ts";
import type { GenerationView } from "./generations/generation-view.ts";
import type { Generation } from "./generations/generation.ts";
import { Generations } from "./generations/generations.ts";
import type { ReindexOptions } from "./generations/reindex.ts";
import { writeToPresent } from "./generations/superseded.ts";
import type { AcceptedWrites } from "./ingestion/accepted-writes.ts";
import { selectIds } from "./ingestion/delete-selector.ts";
import type { DeleteSelector } from "./ingestion/delete-selector.ts";
import { IdempotentCalls, idFor } from "./ingestion/idempotency.ts";
import type { IdempotencyOptions } from "./ingestion/idempotency.ts";
import { patchDocuments, patchEach, setObject } from "./ingestion/patch.ts";
import type { PatchOptions, SetObjectOptions } from "./ingestion/patch.ts";
import type { StoreTarget } from "./ingestion/store-documents.ts";
import { upsert } from "./ingestion/upsert.ts";
import type { UpsertOptions } from "./ingestion/upsert.ts";
import { invalidCollection, requirePlainFields } from "./invalid-collection.ts";
import { withHashedObject } from "./objects/read-object.ts";
import type { ObjectInput } from "./objects/read-object.ts";
import { ReindexRequest } from "./schemas/collection.ts";
import type { FieldType, NewFields, ReindexInfo, ReindexRequestInput } from "./schemas/collection.ts";
import type { ModelPrecision } from "./schemas/vectors.ts";
import type { DeleteResult, DocumentChanges, PatchResult, SetObjectResult, UpsertResult } from "./schemas/document.ts";
import type { ExportFormat, ImportResult } from "./schemas/export.ts";
import type { Filter } from "./schemas/filter.ts";
import { whereOf } from "./search/where.ts";
import { repair } from "./repair.ts";
import type { RepairReport } from "./repair.ts";
import { CollectionSources } from "./sources.ts";
import { verifyCollection } from "./verify.ts";
import type { CollectionReport } from "./verify.ts";

/** What a collection is made with. */
export interface CollectionSettings {
  readonly model: string | undefined;
  readonly precision: ModelPrecision;
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** What to change: documents one by one (`DocumentPatch`), or the same in all that match a filter. */
export type PatchSelector =
  | { readonly documents: readonly unknown[] }
  | { readonly filter: Filter; readonly changes: DocumentChanges };

export interface ImportOptions extends SignalOptions {
  /** Called with the documents read so far. */
  readonly onProgress?: (documents: number) => void;
}

/** What a collection shares with the others of its database. */
export interface CollectionParts {
  readonly store: GenerationStore;
  readonly writes: AcceptedWrites;
}

/** Documents with their passages and vectors, under one model. Opened and closed by its `Database`. */
export class Collection extends CollectionReads {
  /** What ingestion remembers of the files and other origins of this collection's documents. */
  readonly sources: CollectionSources;
  readonly #catalogue: Catalogue;
  readonly #generations: Generations;
  readonly #calls: IdempotentCalls;
  readonly #writes: AcceptedWrites;
  #name: string;
  #closed = false;

  private constructor(generation: Generation, { store, writes }: CollectionParts) {
    super();
    this.#catalogue = generation.catalogue;
    this.#generations = new Generations(generation, store);
    this.#name = generation.record.name;
    this.#writes = writes;
    this.#calls = new IdempotentCalls(generation.catalogue, () => this.generationId);
    this.sources = new CollectionSources(generation.catalogue, () => this.generationId);
  }

  /** Finishes or undoes what a crash left half way, then opens. */
  static async open(record: CollectionRecord, parts: CollectionParts): Promise<Collection> {
    return new Collection(await parts.store.open(record), parts);
  }

  override get name(): string {
    return this.#name;
  }

  /** The present generation in the catalogue. */
  get generationId(): string {
    return this.#generations.present.record.id;
  }

  get config(): CollectionSettings {
    const { modelName: model, precision, fields } = this.#generations.present.record;
    return { model, precision, fields };
  }

  /**
   * Makes the collection anew under another model, another precision or other fields, without a pause: searches and writes go
   * on in the old generation until the new one takes its place. After an abort or a crash the same call goes on where it stopped.
   *
   * @throws {DbError} `reindex_running`, `field_type_mismatch`, `collection_invalid`; a model that cannot be loaded throws what
   * its loader throws.
   */
  async reindex(request: ReindexRequestInput, options: ReindexOptions = {}): Promise<void> {
    this.#open();
    await this.#generations.reindex(parseReindex(request), options);
  }

  /**
   * Declares further fields. Their columns are filled from the documents' metadata; vectors are neither made nor moved anew, and
   * searches go on. Fields that are declared already stay.
   *
   * @throws {DbError} `field_type_mismatch` when documents do not fit (nothing is changed then), `collection_invalid`,
   * `reindex_running`
   */
  async addFields(fields: NewFields): Promise<void> {
    this.#open();
    await this.#generations.addFields(fields);
  }

  /**
   * Stores documents, replacing those of the same id; resolves when they are durable and searchable. A document that cannot be
   * stored is reported in `failed` and does not stop the others. Unchanged content is not embedded again.
   */
  async upsert(documents: readonly unknown[], options: UpsertOptions & IdempotencyOptions = {}): Promise<UpsertResult> {
    this.#open();
    const present = () => this.#target(options);
    const { idempotencyKey: key, source } = options;
    return this.#calls.once(key, {
      call: ["upsert", source ?? null, key === undefined ? [] : documents.map(withHashedObject)],
      run: () =>
        upsert(documents, {
          ...options,
          ...(key !== undefined && { newId: idFor(key) }),
          present,
          version: () => this.#version(),
        }),
    });
  }

  /**
   * Stores the documents of a file, of an export or of another program: `id`, `text`, `title`, `tags`, `metadata`. An exported one
   * keeps its times and source, and is not embedded again by the same model. Can be repeated after an interruption.
   *
   * @throws {DbError} `import_invalid`; a bad record is reported in `failed` and does not stop the others
   */
  async import(format: ExportFormat, source: ImportSource, options: ImportOptions = {}): Promise<ImportResult> {
    const { signal, onProgress } = options;
    return importDocuments(formats[format].read(source), {
      present: () => this.#target({ signal }),
      fields: this.#open().record.fields,
      version: () => this.#version(),
      signal,
      onProgress,
    });
  }

  /**
   * Accepts the documents as soon as they are on disk, and stores them in the background, after a restart if need be. Resolves
   * with the id by which `Database.writes` knows the write.
   *
   * @throws {DbError} `write_queue_full`, `document_invalid` for documents that are not JSON
   */
  async accept(documents: readonly unknown[], { source }: { readonly source?: string } = {}): Promise<string> {
    return this.#writes.accept(this.#open().record.id, documents, source);
  }

  /**
   * Changes titles, tags and metadata of documents and leaves their text as it is; what is embedded is embedded again only when
   * the title changes. A change that cannot be made is reported in `failed` and does not stop the others.
   *
   * @throws {DbError} `document_invalid` for changes of a filter that are none, `filter_invalid`, `filter_field_unknown`
   */
  async patch(selector: PatchSelector, options: PatchOptions & IdempotencyOptions = {}): Promise<PatchResult> {
    const call = ["patch", selector];
    return this.#calls.once(options.idempotencyKey, { call, run: () => this.#patch(selector, options) });
  }

  /**
   * Stores bytes beside a document in place of those that are there; `null` takes them away. Nothing else changes, and nothing is
   * embedded. `undefined` when there is no such document.
   *
   * @throws {DbError} `document_invalid` (also for media types that a browser may run), `document_too_large`, `revision_conflict`
   */
  async setObject(
    id: string | number,
    object: ObjectInput | null,
    options: SetObjectOptions = {},
  ): Promise<SetObjectResult | undefined> {
    return setObject(String(id), object, this.#patchParts(options));
  }

  /** Deletes what the selector names and exists; resolves when that is durable. @throws {DbError} `query_invalid`, `revision_conflict` */
  async delete(
    selector: DeleteSelector,
    { signal, idempotencyKey }: SignalOptions & IdempotencyOptions = {},
  ): Promise<DeleteResult> {
    signal?.throwIfAborted();
    return this.#calls.once(idempotencyKey, { call: ["delete", selector], run: () => this.#delete(selector) });
  }

  /**
   * Compacts and indexes what was written, now instead of when the collection is idle. Worth calling after a bulk load: until then
   * BM25 weighs recent rows by statistics of their own, and scores change in the third digit when they are indexed.
   */
  async settle(): Promise<void> {
    await this.#open().writer.settle();
  }

  /** Compares the catalogue with the table, passage by passage, and reads every object. */
  async verify(): Promise<CollectionReport> {
    const { table, record, writer, objects } = this.#open();
    return verifyCollection({
      name: this.#name,
      id: record.id,
      catalogue: this.#catalogue,
      table,
      objects,
      maintenance: writer.maintenanceFailure ?? table.residentFailure ?? this.#generations.failure ?? objects.failure,
    });
  }

  /** Makes the table agree with the catalogue where `verify` says that it does not. */
  repair(): Promise<RepairReport> {
    return repair(this.#open());
  }

  /** Does something while no write can come in between; for the database. */
  hold<T>(task: (generation: Generation) => Promise<T>): Promise<T> {
    return writeToPresent(
      () => this.#open(),
      (generation) => generation.writer.hold(() => task(generation)),
    );
  }

  /** Gives its place to a generation that is made for it; for the database. @throws {DbError} `reindex_running` */
  async supersede(make: (replaces: string) => Promise<CollectionRecord>): Promise<void> {
    this.#open();
    await this.#generations.supersede(make);
  }

  /** To be called when the catalogue knows it by another name. */
  rename(name: string): void {
    this.#name = name;
  }

  /** Ends the writer and the table; called by the database that opened it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#generations[Symbol.asyncDispose]();
  }

  protected override async view(cursor?: string): Promise<GenerationView> {
    this.#open();
    return this.#generations.ofCursor(cursor);
  }

  protected override reindexing(): Promise<ReindexInfo | undefined> {
    return this.#generations.progress();
  }

  async #patch(selector: PatchSelector, options: PatchOptions): Promise<PatchResult> {
    const parts = this.#patchParts(options);
    if ("documents" in selector) return patchDocuments(selector.documents, parts);
    const { table, search: sources } = this.#open();
    const where = await whereOf(sources, selector.filter);
    if (where === undefined) throw new DbError("query_invalid", "Name the documents to change, or a filter.");
    const ids = await table.documentIds({ where });
    return patchEach(ids, selector.changes, parts);
  }

  #patchParts<Options extends PatchOptions>(options: Options) {
    return { ...options, present: () => this.#open(), version: () => this.#version() };
  }

  async #delete(selector: DeleteSelector): Promise<DeleteResult> {
    const { deleted, rev } = await writeToPresent(
      () => this.#open(),
      (generation) => generation.writer.remove(() => selectIds(selector, generation)),
    );
    return { deleted, version: rev ?? (await this.#version()) };
  }

  #open(): Generation {
    if (this.#closed) throw new DbError("database_closed", `The collection ${this.#name} is closed.`);
    return this.#generations.present;
  }

  async #target(options: Parameters<Generation["preparation"]>[0]): Promise<StoreTarget> {
    const generation = this.#open();
    return { context: await generation.preparation(options), writer: generation.writer };
  }

  async #version(): Promise<number> {
    return (await this.#catalogue.findCollection(this.#name))?.version ?? 0;
  }
}

function parseReindex(request: unknown): ReindexRequest {
  requirePlainFields(request);
  const parsed = ReindexRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  throw invalidCollection("The request", parsed.error);
}
