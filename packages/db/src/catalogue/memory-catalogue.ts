import { byBytes } from "./byte-order.ts";
import type {
  AcceptedWriteEnd,
  AcceptedWriteRecord,
  Catalogue,
  CollectionRecord,
  DocumentVersion,
  ManifestEntry,
  NewAcceptedWrite,
  NewCollection,
  VectorIndexes,
  RecordedAnswer,
  RestoredFacts,
  SettledFacts,
  SourceRecord,
  StagedDocument,
  StoredDocument,
  StoredVersion,
  SummaryPage,
} from "./catalogue.ts";
import { MemoryDocuments } from "./memory-documents.ts";

/** As many as SQLite's keeps. */
const MAX_SEEN_FIELDS = 2_000;

interface MemoryCollection {
  record: CollectionRecord;
  /** Last revision handed out. */
  sequence: number;
  readonly documents: MemoryDocuments;
  readonly seenFields: Set<string>;
  sources: Map<string, SourceRecord>;
  answers: Map<string, RecordedAnswer & { readonly createdAt: number }>;
}

type AcceptedWrite = AcceptedWriteRecord & { readonly payload: string | undefined };

/** The catalogue in maps: nothing outlives the process. What the other ones are compared with in tests. */
export class MemoryCatalogue implements Catalogue {
  readonly #collections = new Map<string, MemoryCollection>();
  readonly #aliases = new Map<string, string>();
  readonly #accepted = new Map<string, AcceptedWrite>();

  async listCollections() {
    return [...this.#collections.values()]
      .map(({ record }) => record)
      .sort((left, right) => byBytes(left.name, right.name));
  }

  async findCollection(name: string) {
    return (await this.listCollections()).find((record) => record.name === name);
  }

  async collectionOf(collectionId: string) {
    return this.#collections.get(collectionId)?.record;
  }

  async findReplacement(collectionId: string) {
    const records = await this.listCollections();
    return records.find(({ replaces, state }) => replaces === collectionId && state === "building");
  }

  async addCollection(collection: NewCollection) {
    if (this.#isTaken(collection.name)) return false;
    const now = new Date();
    const record: CollectionRecord = {
      ...structuredClone(collection),
      replaces: collection.replaces,
      textSettings: collection.textSettings,
      vectorIndexes: {},
      state: "creating",
      tableVersion: 0,
      version: 0,
      createdAt: now,
      updatedAt: now,
    };
    this.#collections.set(collection.id, {
      record,
      sequence: 0,
      documents: new MemoryDocuments(),
      seenFields: new Set(),
      sources: new Map(),
      answers: new Map(),
    });
    return true;
  }

  async setCollectionState(collectionId: string, state: CollectionRecord["state"], tableVersion?: number) {
    this.#change(collectionId, { state, ...(tableVersion !== undefined && { tableVersion }) });
  }

  async setTableVersion(collectionId: string, tableVersion: number) {
    this.#change(collectionId, { tableVersion });
  }

  async setFields(collectionId: string, fields: CollectionRecord["fields"], tableVersion: number) {
    this.#change(collectionId, { fields: structuredClone(fields), tableVersion });
    for (const name of Object.keys(fields)) this.#collections.get(collectionId)?.seenFields.delete(name);
  }

  async setVectorIndexes(collectionId: string, changed: VectorIndexes) {
    const { vectorIndexes } = this.#need(collectionId).record;
    this.#change(collectionId, { vectorIndexes: { ...vectorIndexes, ...changed } });
  }

  async renameCollection(collectionId: string, name: string) {
    if (this.#isTaken(name)) return false;
    this.#change(collectionId, { name });
    return true;
  }

  async replaceCollection(replacementId: string) {
    const next = this.#need(replacementId);
    const old = this.#need(next.record.replaces ?? "");
    const version = Math.max(old.sequence, next.sequence) + 1;
    const { name, createdAt } = old.record;
    this.#change(old.record.id, { name: `replaced ${old.record.id}`, state: "dropping" });
    this.#change(replacementId, {
      name,
      createdAt,
      state: "ready",
      replaces: undefined,
      version,
      updatedAt: new Date(),
    });
    next.sequence = version;
    [next.sources, old.sources] = [old.sources, new Map()];
    [next.answers, old.answers] = [old.answers, new Map()];
    for (const [alias, id] of this.#aliases) if (id === old.record.id) this.#aliases.set(alias, replacementId);
    for (const [id, write] of this.#accepted) {
      if (write.collectionId === old.record.id) this.#accepted.set(id, { ...write, collectionId: replacementId });
    }
    return version;
  }

  async forgetCalls(collectionId: string) {
    const collection = this.#collections.get(collectionId);
    collection?.sources.clear();
    collection?.answers.clear();
  }

  async removeCollection(collectionId: string) {
    const released = this.#documents(collectionId).objectHashes();
    this.#collections.delete(collectionId);
    for (const [alias, id] of this.#aliases) if (id === collectionId) this.#aliases.delete(alias);
    for (const [id, write] of this.#accepted) if (write.collectionId === collectionId) this.#accepted.delete(id);
    return released;
  }

  async listAliases() {
    return [...this.#aliases]
      .map(([alias, id]) => ({ alias, collection: this.#need(id).record.name }))
      .sort((left, right) => byBytes(left.alias, right.alias));
  }

  async setAlias(alias: string, collectionId: string) {
    if ([...this.#collections.values()].some(({ record }) => record.name === alias)) return false;
    this.#aliases.set(alias, collectionId);
    return true;
  }

  async removeAlias(alias: string) {
    return this.#aliases.delete(alias);
  }

  async stage(collectionId: string, documents: readonly StagedDocument[]) {
    const collection = this.#need(collectionId);
    collection.documents.stage(documents, ++collection.sequence);
    return collection.sequence;
  }

  async settle(collectionId: string, rev: number, { tableVersion, fields = [] }: SettledFacts) {
    const released = this.#need(collectionId).documents.settle(rev);
    this.#remember(collectionId, fields);
    this.#change(collectionId, { version: rev, tableVersion, updatedAt: new Date() });
    return released;
  }

  async undo(collectionId: string, rev: number) {
    return this.#documents(collectionId).undo(rev);
  }

  async stageDelete(collectionId: string, ids: readonly string[]) {
    const collection = this.#need(collectionId);
    return { ids: collection.documents.stageDelete(ids), rev: ++collection.sequence };
  }

  async settleDelete(collectionId: string, rev: number, { tableVersion }: SettledFacts) {
    const released = this.#need(collectionId).documents.settleDelete();
    this.#change(collectionId, { version: rev, tableVersion, updatedAt: new Date() });
    return released;
  }

  async unsettled(collectionId: string) {
    return this.#documents(collectionId).unsettled();
  }

  async restoreDocuments(collectionId: string, documents: readonly StoredDocument[]) {
    this.#need(collectionId).documents.restore(documents);
  }

  async restoreState(collectionId: string, { version, tableVersion, vectorIndexes, fields = [] }: RestoredFacts) {
    this.#need(collectionId).sequence = version;
    this.#remember(collectionId, fields);
    this.#change(collectionId, { version, tableVersion, vectorIndexes, updatedAt: new Date() });
  }

  async versions(collectionId: string, ids: readonly string[]) {
    const found = new Map<string, StoredVersion>();
    for (const id of ids) {
      const document = this.#documents(collectionId).current(id);
      if (document) found.set(id, document);
    }
    return found;
  }

  async document(collectionId: string, id: string) {
    return this.#documents(collectionId).current(id);
  }

  async documentsAt(collectionId: string, versions: readonly DocumentVersion[]) {
    return this.#documents(collectionId).at(versions);
  }

  async summaries(collectionId: string, page: SummaryPage) {
    return this.#documents(collectionId).summaries(page);
  }

  async countDocuments(collectionId: string) {
    return this.#documents(collectionId).all().length;
  }

  async textLengths(collectionId: string) {
    return this.#documents(collectionId).textLengths();
  }

  async idsBySource(collectionId: string, source: string) {
    const documents = this.#documents(collectionId).all();
    return documents.filter((document) => document.source === source).map(({ id }) => id);
  }

  async idsContaining(collectionId: string, text: string) {
    const documents = this.#documents(collectionId).all();
    return documents.filter((document) => document.text.includes(text)).map(({ id }) => id);
  }

  async setSource(collectionId: string, ids: readonly string[], source: string) {
    this.#documents(collectionId).setSource(ids, source);
  }

  async *manifest(collectionId: string): AsyncGenerator<ManifestEntry> {
    for (const { id, rev, passages, originRev } of this.#documents(collectionId).all()) {
      yield { id, rev, passages: passages.length, originRev };
    }
  }

  async objects(collectionId: string) {
    const objects = this.#documents(collectionId)
      .all()
      .flatMap(({ object }) => object ?? []);
    const byHash = new Map(objects.map(({ sha256, bytes }) => [sha256, { sha256, bytes }]));
    return [...byHash.values()].sort((left, right) => byBytes(left.sha256, right.sha256));
  }

  async unusedObjects(hashes: readonly string[]) {
    const used = new Set([...this.#collections.values()].flatMap(({ documents }) => documents.objectHashes()));
    return hashes.filter((hash) => !used.has(hash));
  }

  async findAnswer(collectionId: string, key: string, since: Date) {
    const found = this.#collections.get(collectionId)?.answers.get(key);
    return found && found.createdAt >= since.getTime() ? { hash: found.hash, response: found.response } : undefined;
  }

  async recordAnswer(collectionId: string, key: string, answer: RecordedAnswer, since: Date) {
    for (const { answers } of this.#collections.values()) {
      for (const [old, { createdAt }] of answers) if (createdAt < since.getTime()) answers.delete(old);
    }
    this.#need(collectionId).answers.set(key, { ...answer, createdAt: Date.now() });
  }

  async acceptWrite(write: NewAcceptedWrite, maxBytes: number) {
    const waiting = [...this.#accepted.values()].reduce((sum, { payload = "" }) => sum + Buffer.byteLength(payload), 0);
    if (waiting + Buffer.byteLength(write.payload) > maxBytes) return false;
    const now = new Date();
    const rest = { state: "waiting", outcome: undefined, createdAt: now, updatedAt: now } as const;
    this.#accepted.set(write.id, { ...write, ...rest });
    return true;
  }

  async listAcceptedWrites() {
    return [...this.#accepted.values()].map(withoutPayload);
  }

  async findAcceptedWrite(id: string) {
    const found = this.#accepted.get(id);
    return found && withoutPayload(found);
  }

  async acceptedDocuments(id: string) {
    return this.#accepted.get(id)?.payload;
  }

  async endAcceptedWrite(id: string, { state, outcome }: AcceptedWriteEnd, kept: number) {
    const write = this.#accepted.get(id);
    const isWaiting = write?.state === "waiting";
    if (isWaiting) this.#accepted.set(id, { ...write, state, outcome, payload: undefined, updatedAt: new Date() });
    const ended = [...this.#accepted.values()].filter((other) => other.state !== "waiting");
    for (const { id: old } of ended.slice(0, Math.max(0, ended.length - kept))) this.#accepted.delete(old);
    return isWaiting;
  }

  async seenFields(collectionId: string) {
    return [...(this.#collections.get(collectionId)?.seenFields ?? [])].sort(byBytes);
  }

  async getSource(collectionId: string, source: string) {
    return this.#collections.get(collectionId)?.sources.get(source);
  }

  async setSourceRecord(collectionId: string, record: SourceRecord) {
    this.#need(collectionId).sources.set(record.source, record);
  }

  async listSources(collectionId: string, prefix: string) {
    return [...(this.#collections.get(collectionId)?.sources.values() ?? [])]
      .filter(({ source }) => source.startsWith(prefix))
      .sort((left, right) => byBytes(left.source, right.source));
  }

  async removeSource(collectionId: string, source: string) {
    this.#collections.get(collectionId)?.sources.delete(source);
  }

  async [Symbol.asyncDispose]() {
    return undefined;
  }

  #isTaken(name: string): boolean {
    return this.#aliases.has(name) || [...this.#collections.values()].some(({ record }) => record.name === name);
  }

  #need(collectionId: string): MemoryCollection {
    const collection = this.#collections.get(collectionId);
    if (collection === undefined) throw new Error(`the catalogue has no collection ${collectionId}`);
    return collection;
  }

  #documents(collectionId: string): MemoryDocuments {
    return this.#collections.get(collectionId)?.documents ?? new MemoryDocuments();
  }

  #change(collectionId: string, change: Partial<CollectionRecord>): void {
    const collection = this.#collections.get(collectionId);
    if (collection) collection.record = { ...collection.record, ...change };
  }

  #remember(collectionId: string, fields: readonly string[]): void {
    const { seenFields } = this.#need(collectionId);
    for (const name of fields) if (seenFields.size < MAX_SEEN_FIELDS) seenFields.add(name);
  }
}

function withoutPayload({ payload: _payload, ...record }: AcceptedWrite): AcceptedWriteRecord {
  return record;
}
