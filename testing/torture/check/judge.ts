import type { Collection, Database } from "@galen/db";
import type { State } from "../load/operations/operation.ts";
import type { WrittenDocument } from "../load/documents.ts";
import type { Faults } from "../tally.ts";
import { judgeSearches } from "./searches.ts";

type Documents = ReadonlyMap<string, WrittenDocument>;

/** The two states that a database may be in: without and with the operation that was interrupted. */
export interface Possible {
  readonly before: State;
  readonly after: State;
}

/**
 * Compares everything the database holds with what it may hold, document by document; counts what is wrong and returns what is
 * there, which is the state that the next round begins with. On a full disk maintenance may fail: then it is not `isMaintained`.
 */
export async function judge(
  database: Database,
  { before, after }: Possible,
  faults: Faults,
  { isMaintained = true }: { readonly isMaintained?: boolean } = {},
): Promise<State> {
  const found: State = new Map();
  const names = (await database.collections()).map(({ name }) => name);
  for (const name of names) {
    if (!before.has(name) && !after.has(name)) faults.fault("differences", `a collection ${name} that nobody created`);
    const documents = await documentsOf(await database.collection(name), faults);
    found.set(name, documents);
    judgeDocuments(documents, { before: before.get(name), after: after.get(name) }, faults);
    await judgeSearches(await database.collection(name), documents, faults);
  }
  for (const name of before.keys()) {
    if (after.has(name) && !found.has(name)) faults.fault("lost", `the collection ${name}`);
  }
  await judgeAliases(database, faults);
  await judgeVerification(database, faults, isMaintained);
  return found;
}

/** An alias leads to a collection that is there. */
async function judgeAliases(database: Database, faults: Faults): Promise<void> {
  for (const { alias, collection } of await database.aliases()) {
    const { name } = await database.collection(alias);
    if (name !== collection) faults.fault("differences", `the alias ${alias} leads to ${name}, not to ${collection}`);
  }
}

/** What the collection holds, through its list and by id; the two must agree. */
async function documentsOf(collection: Collection, faults: Faults): Promise<Map<string, WrittenDocument>> {
  const documents = new Map<string, WrittenDocument>();
  let listed = 0;
  let cursor: string | undefined;
  do {
    const page = await collection.list({ limit: 100, ...(cursor !== undefined && { cursor }) });
    cursor = page.cursor;
    for (const { id } of page.documents) {
      const document = await collection.get(id);
      listed++;
      if (documents.has(id)) faults.fault("duplicated", `${id} is listed twice`);
      else if (!document) faults.fault("torn", `${id} is listed and cannot be read`);
      else documents.set(id, { ...written(document), ...(await objectOf(collection, document, faults)) });
    }
  } while (cursor !== undefined);
  if ((await collection.count()) !== listed) faults.fault("differences", "count and list disagree");
  return documents;
}

/** The object, whose bytes must be those that the document says. */
async function objectOf(
  collection: Collection,
  { id, object: info }: Awaited<ReturnType<Collection["get"]>> & object,
  faults: Faults,
): Promise<Pick<WrittenDocument, "object">> {
  if (info === undefined) return {};
  try {
    const object = await collection.object(id);
    return object ? { object: Buffer.from(object.bytes).toString() } : {};
  } catch (error) {
    faults.fault("lost", `the object of ${id}: ${error instanceof Error ? error.message : "unknown"}`);
    return {};
  }
}

function written({ id, title = "", text, tags = [], metadata }: Awaited<ReturnType<Collection["get"]>> & object) {
  return { id, title, text, tags, metadata: metadata as WrittenDocument["metadata"] };
}

function judgeDocuments(
  found: Documents,
  { before, after }: { before: Documents | undefined; after: Documents | undefined },
  faults: Faults,
): void {
  const none: Documents = new Map();
  for (const id of new Set([...found.keys(), ...(before ?? none).keys(), ...(after ?? none).keys()])) {
    const allowed = [before, after].flatMap((documents) => (documents ? [documents.get(id)] : []));
    const actual = found.get(id);
    if (allowed.some((document) => isSame(document, actual))) continue;
    const [first] = allowed;
    if (!actual) faults.fault("lost", `${id}, written by operation ${first?.metadata.operation}`);
    else if (isOlder(actual, allowed)) faults.fault("lost", `${id} is that of operation ${actual.metadata.operation}`);
    else if (first) faults.fault("torn", `${id} is of no operation`);
    else faults.fault("differences", `${id} was deleted and is there`);
  }
}

function isSame(left: WrittenDocument | undefined, right: WrittenDocument | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function isOlder({ metadata }: WrittenDocument, allowed: readonly (WrittenDocument | undefined)[]): boolean {
  return allowed.every((document) => document && metadata.operation < document.metadata.operation);
}

/** The database's own comparison of its catalogue with its tables. */
async function judgeVerification(database: Database, faults: Faults, isMaintained: boolean): Promise<void> {
  const { collections } = await database.verify();
  for (const { name, missing, stale, orphaned, duplicated, failure, ...objects } of collections) {
    faults.fault("lost", `${objects.missing_objects} objects of ${name} are missing`, objects.missing_objects);
    faults.fault("torn", `${objects.damaged_objects} objects of ${name} are damaged`, objects.damaged_objects);
    faults.fault("lost", `${missing} passages of ${name} are missing`, missing);
    faults.fault("torn", `${stale} passages of ${name} are of a replaced version`, stale);
    faults.fault("torn", `${orphaned} passages of ${name} are of no document`, orphaned);
    faults.fault("duplicated", `${duplicated} passages of ${name}`, duplicated);
    if (failure !== undefined && isMaintained) faults.fault("differences", `${name} reports: ${failure}`);
  }
}
