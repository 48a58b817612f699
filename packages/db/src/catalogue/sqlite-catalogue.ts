import type { Catalogue, NewCollection, SettledFacts, SourceRecord, StagedDocument, SummaryPage } from "./catalogue.ts";
import type { CollectionRecord, DocumentVersion, VectorIndexes } from "./catalogue.ts";
import type { AcceptedWriteEnd, NewAcceptedWrite, RecordedAnswer, RestoredFacts, StoredDocument } from "./catalogue.ts";
import * as acceptedRows from "./sqlite-accepted-writes.ts";
import * as answerRows from "./sqlite-answers.ts";
import * as aliasRows from "./sqlite-aliases.ts";
import * as collectionRows from "./sqlite-collections.ts";
import { openSqlite, openSqliteForReading } from "./sqlite-connection.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import * as documentRows from "./sqlite-documents.ts";
import * as objectRows from "./sqlite-objects.ts";
import * as revisionRows from "./sqlite-revisions.ts";
import * as sourceRows from "./sqlite-sources.ts";

/** The catalogue in one SQLite file. Statements are short and run on the calling thread; each write is one transaction. */
export class SqliteCatalogue implements Catalogue {
  readonly #connection: SqliteConnection;

  private constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  static async open(path: string): Promise<SqliteCatalogue> {
    return new SqliteCatalogue(openSqlite(path));
  }

  /** Writing throws. @throws {DbError} `data_folder_version` */
  static async openForReading(path: string): Promise<SqliteCatalogue> {
    return new SqliteCatalogue(openSqliteForReading(path));
  }

  async listCollections() {
    return collectionRows.list(this.#connection);
  }
  async findCollection(name: string) {
    return collectionRows.find(this.#connection, name);
  }
  async collectionOf(collectionId: string) {
    return collectionRows.byId(this.#connection, collectionId);
  }
  async findReplacement(collectionId: string) {
    return collectionRows.findReplacement(this.#connection, collectionId);
  }
  async addCollection(collection: NewCollection) {
    return collectionRows.add(this.#connection, collection);
  }
  async setCollectionState(collectionId: string, state: CollectionRecord["state"], tableVersion?: number) {
    collectionRows.setState(this.#connection, collectionId, state, tableVersion);
  }
  async setTableVersion(collectionId: string, tableVersion: number) {
    collectionRows.setTableVersion(this.#connection, collectionId, tableVersion);
  }
  async setFields(collectionId: string, fields: CollectionRecord["fields"], tableVersion: number) {
    collectionRows.setFields(this.#connection, collectionId, fields, tableVersion);
  }
  async setVectorIndexes(collectionId: string, changed: VectorIndexes) {
    collectionRows.setVectorIndexes(this.#connection, collectionId, changed);
  }
  async renameCollection(collectionId: string, name: string) {
    return collectionRows.rename(this.#connection, collectionId, name);
  }
  async replaceCollection(replacementId: string) {
    return collectionRows.replace(this.#connection, replacementId);
  }
  async forgetCalls(collectionId: string) {
    collectionRows.forgetCalls(this.#connection, collectionId);
  }
  async removeCollection(collectionId: string) {
    return collectionRows.remove(this.#connection, collectionId);
  }

  async listAliases() {
    return aliasRows.list(this.#connection);
  }
  async setAlias(alias: string, collectionId: string) {
    return aliasRows.set(this.#connection, alias, collectionId);
  }
  async removeAlias(alias: string) {
    return aliasRows.remove(this.#connection, alias);
  }

  async stage(collectionId: string, documents: readonly StagedDocument[]) {
    return revisionRows.stage(this.#connection, collectionId, documents);
  }
  async settle(collectionId: string, rev: number, facts: SettledFacts) {
    return revisionRows.settle(this.#connection, collectionId, rev, facts);
  }
  async undo(collectionId: string, rev: number) {
    return revisionRows.undo(this.#connection, collectionId, rev);
  }
  async stageDelete(collectionId: string, ids: readonly string[]) {
    return revisionRows.stageDelete(this.#connection, collectionId, ids);
  }
  async settleDelete(collectionId: string, rev: number, facts: SettledFacts) {
    return revisionRows.settleDelete(this.#connection, collectionId, rev, facts);
  }
  async unsettled(collectionId: string) {
    return revisionRows.unsettled(this.#connection, collectionId);
  }

  async restoreDocuments(collectionId: string, documents: readonly StoredDocument[]) {
    revisionRows.restoreDocuments(this.#connection, collectionId, documents);
  }
  async restoreState(collectionId: string, facts: RestoredFacts) {
    revisionRows.restoreState(this.#connection, collectionId, facts);
  }

  async versions(collectionId: string, ids: readonly string[]) {
    return documentRows.versions(this.#connection, collectionId, ids);
  }
  async document(collectionId: string, id: string) {
    return documentRows.current(this.#connection, collectionId, id);
  }
  async documentsAt(collectionId: string, versions: readonly DocumentVersion[]) {
    return documentRows.at(this.#connection, collectionId, versions);
  }
  async summaries(collectionId: string, page: SummaryPage) {
    return documentRows.summaries(this.#connection, collectionId, page);
  }
  async countDocuments(collectionId: string) {
    return documentRows.count(this.#connection, collectionId);
  }
  async textLengths(collectionId: string) {
    return documentRows.textLengths(this.#connection, collectionId);
  }
  async idsBySource(collectionId: string, source: string) {
    return documentRows.idsBySource(this.#connection, collectionId, source);
  }
  async idsContaining(collectionId: string, text: string) {
    return documentRows.idsContaining(this.#connection, collectionId, text);
  }
  async setSource(collectionId: string, ids: readonly string[], source: string) {
    documentRows.setSource(this.#connection, collectionId, ids, source);
  }
  async *manifest(collectionId: string) {
    yield* documentRows.manifest(this.#connection, collectionId);
  }

  async objects(collectionId: string) {
    return objectRows.list(this.#connection, collectionId);
  }
  async unusedObjects(hashes: readonly string[]) {
    return objectRows.unused(this.#connection, hashes);
  }

  async findAnswer(collectionId: string, key: string, since: Date) {
    return answerRows.find(this.#connection, collectionId, key, since);
  }
  async recordAnswer(collectionId: string, key: string, answer: RecordedAnswer, since: Date) {
    answerRows.record(this.#connection, collectionId, key, { answer, since });
  }

  async acceptWrite(write: NewAcceptedWrite, maxBytes: number) {
    return acceptedRows.accept(this.#connection, write, maxBytes);
  }
  async listAcceptedWrites() {
    return acceptedRows.list(this.#connection);
  }
  async findAcceptedWrite(id: string) {
    return acceptedRows.find(this.#connection, id);
  }
  async acceptedDocuments(id: string) {
    return acceptedRows.documents(this.#connection, id);
  }
  async endAcceptedWrite(id: string, end: AcceptedWriteEnd, kept: number) {
    return acceptedRows.end(this.#connection, id, end, kept);
  }

  async seenFields(collectionId: string) {
    return sourceRows.seenFields(this.#connection, collectionId);
  }
  async getSource(collectionId: string, source: string) {
    return sourceRows.get(this.#connection, collectionId, source);
  }
  async setSourceRecord(collectionId: string, record: SourceRecord) {
    sourceRows.set(this.#connection, collectionId, record);
  }
  async listSources(collectionId: string, prefix: string) {
    return sourceRows.list(this.#connection, collectionId, prefix);
  }
  async removeSource(collectionId: string, source: string) {
    sourceRows.remove(this.#connection, collectionId, source);
  }

  async [Symbol.asyncDispose]() {
    this.#connection.$client.close();
  }
}
