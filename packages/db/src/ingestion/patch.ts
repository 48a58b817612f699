import type { StoredDocument } from "../catalogue/catalogue.ts";
import { presentDocuments } from "../catalogue/read-documents.ts";
import { DbError } from "../errors.ts";
import type { DbErrorCode } from "../errors.ts";
import type { Generation } from "../generations/generation.ts";
import { DocumentChanges, DocumentPatch } from "../schemas/document.ts";
import type { PatchResult, SetObjectResult, UpsertFailure } from "../schemas/document.ts";
import { readObject } from "../objects/read-object.ts";
import type { ValidObject } from "../objects/read-object.ts";
import { mergePatch } from "./merge-patch.ts";
import { requirePlainJson } from "./plain-json.ts";
import { claimedId, readDocument } from "./read-document.ts";
import type { ValidDocument } from "./read-document.ts";
import { revisionConflict } from "./revision-fence.ts";
import { storeDocuments } from "./store-documents.ts";
import { failureOf } from "./upsert.ts";

export interface PatchOptions {
  readonly signal?: AbortSignal;
}

export interface SetObjectOptions extends PatchOptions {
  /** The revision that the stored document must have. */
  readonly ifRev?: number | undefined;
}

export interface PatchParts extends PatchOptions {
  readonly present: () => Generation;
  /** The collection's version, for a call that wrote nothing. */
  readonly version: () => Promise<number>;
}

/** Documents read, changed and stored at a time. */
const SLICE_DOCUMENTS = 128;
/** A document that other writes change all the time is given up after so many attempts. */
const MAX_ATTEMPTS = 8;

/** A patch that has been read, with its place in the call. */
interface ValidPatch {
  readonly index: number;
  readonly id: string;
  readonly ifRev: number | undefined;
  readonly changes: DocumentChanges;
  /** In place of the one that is there; null removes that. */
  readonly object?: ValidObject | null;
}

/** Changes titles, tags and metadata of the named documents; several changes of one document are made in order. */
export async function patchDocuments(patches: readonly unknown[], parts: PatchParts): Promise<PatchResult> {
  const failed: UpsertFailure[] = [];
  const valid: ValidPatch[] = [];
  for (const [index, patch] of patches.entries()) {
    try {
      valid.push(readPatch(patch, index));
    } catch (error) {
      failed.push(failureOf(error, index, claimedId(patch)));
    }
  }
  return patchAll(valid, failed, parts);
}

/** Makes the same changes in all of these documents. @throws {DbError} `document_invalid` */
export async function patchEach(ids: readonly string[], changes: unknown, parts: PatchParts): Promise<PatchResult> {
  const valid = readChanges(changes);
  const patches = ids.map((id, index) => ({ index, id, ifRev: undefined, changes: valid }));
  return patchAll(patches, [], parts);
}

/**
 * Gives a document an object, or takes it away. `undefined` when there is no such document.
 * @throws {DbError} `document_invalid`, `document_too_large`, `revision_conflict`
 */
export async function setObject(
  id: string,
  object: unknown,
  { ifRev, ...parts }: PatchParts & SetObjectOptions,
): Promise<SetObjectResult | undefined> {
  const read = readObject(object) ?? null;
  const { missing, failed, version } = await patchAll([{ index: 0, id, ifRev, changes: {}, object: read }], [], parts);
  const [failure] = failed;
  if (failure) throw new DbError(failure.code as DbErrorCode, failure.message);
  return missing.length > 0 ? undefined : { ...(read && { object: read.info }), version };
}

async function patchAll(
  patches: readonly ValidPatch[],
  failed: UpsertFailure[],
  parts: PatchParts,
): Promise<PatchResult> {
  const missing = new Set<string>();
  let [patched, unchanged, version]: [number, number, number | undefined] = [0, 0, undefined];
  for (const slice of slices(patches)) {
    parts.signal?.throwIfAborted();
    const done = await patchSlice(slice, parts);
    for (const id of done.missing) missing.add(id);
    failed.push(...done.failed);
    patched += done.patched;
    unchanged += done.unchanged;
    version = done.version ?? version;
  }
  failed.sort((left, right) => left.index - right.index);
  return { patched, unchanged, missing: [...missing], failed, version: version ?? (await parts.version()) };
}

interface SliceResult {
  readonly patched: number;
  readonly unchanged: number;
  readonly missing: readonly string[];
  readonly failed: readonly UpsertFailure[];
  readonly version: number | undefined;
}

/**
 * Reads the documents, changes them, and stores each only over the revision that was read; what another write changed in between
 * is read and changed again, unless the caller asked for one revision.
 */
async function patchSlice(patches: readonly ValidPatch[], { present, signal }: PatchParts): Promise<SliceResult> {
  const byId = new Map(patches.map((patch) => [patch.id, patch]));
  const result = { patched: 0, unchanged: 0, missing: [] as string[], failed: [] as UpsertFailure[] };
  let version: number | undefined;
  let left = [...byId.keys()];
  for (let attempt = 1; left.length > 0; attempt++) {
    const generation = present();
    const stored = await presentDocuments(generation.catalogue, generation.record.id, left);
    result.missing.push(...left.filter((id) => !stored.has(id)));
    const documents: ValidDocument[] = [];
    for (const [id, document] of stored) {
      const patch = byId.get(id);
      if (!patch) continue;
      try {
        documents.push(changed(document, patch, generation));
      } catch (error) {
        result.failed.push(failureOf(error, patch.index, id));
      }
    }
    const preparation = { source: undefined, signal };
    const tally = await storeDocuments(
      documents,
      async () => {
        const target = present();
        return { context: await target.preparation(preparation), writer: target.writer };
      },
      undefined,
    );
    result.patched += tally.documents;
    result.unchanged += tally.unchanged;
    version = tally.version ?? version;
    const isTriedAgain = ({ code, id = "" }: UpsertFailure) =>
      code === "revision_conflict" && byId.get(id)?.ifRev === undefined && attempt < MAX_ATTEMPTS;
    result.failed.push(...tally.failed.filter((failure) => !isTriedAgain(failure)));
    left = tally.failed.filter(isTriedAgain).flatMap(({ id }) => id ?? []);
  }
  return { ...result, version };
}

/** @throws {DbError} `revision_conflict`; what `readDocument` throws when the document can no longer be stored. */
function changed(
  stored: StoredDocument,
  { index, ifRev, changes, object }: ValidPatch,
  { record }: Generation,
): ValidDocument {
  const { id, text, rev } = stored;
  if (ifRev !== undefined && ifRev !== rev) throw revisionConflict(rev);
  const title = changes.title === undefined ? stored.title : (changes.title ?? undefined);
  const tags = changes.tags === undefined ? stored.tags : (changes.tags ?? undefined);
  const metadata = changes.metadata ? mergePatch(stored.metadata, changes.metadata) : stored.metadata;
  const document = readDocument({ id, text, title, tags, metadata, if_rev: rev }, index, { fields: record.fields });
  return { ...document, object: object === undefined ? keptObject(stored) : (object ?? undefined) };
}

function keptObject({ object: info }: StoredDocument): ValidObject | undefined {
  return info && { info, bytes: undefined };
}

function readPatch(input: unknown, index: number): ValidPatch {
  requireShallow(input);
  const parsed = DocumentPatch.safeParse(input);
  if (!parsed.success) throw invalidPatch(parsed.error.issues[0]);
  const { id, if_rev: ifRev, ...changes } = parsed.data;
  return { index, id, ifRev, changes };
}

function readChanges(input: unknown): DocumentChanges {
  requireShallow(input);
  const parsed = DocumentChanges.safeParse(input);
  if (!parsed.success) throw invalidPatch(parsed.error.issues[0]);
  return parsed.data;
}

/** Depth comes first: the validator that follows recurses. */
function requireShallow(input: unknown): void {
  const reason = requirePlainJson(input);
  if (reason !== undefined) throw new DbError("document_invalid", `patch: ${reason}`);
}

function invalidPatch(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): DbError {
  return new DbError("document_invalid", `${issue?.path.join(".") || "patch"}: ${issue?.message ?? "not a patch"}`);
}

/** A slice has each id once: the second change of a document is made in the next. */
function* slices(patches: readonly ValidPatch[]): Generator<ValidPatch[]> {
  let slice: ValidPatch[] = [];
  let ids = new Set<string>();
  for (const patch of patches) {
    if (slice.length === SLICE_DOCUMENTS || ids.has(patch.id)) {
      yield slice;
      [slice, ids] = [[], new Set()];
    }
    slice.push(patch);
    ids.add(patch.id);
  }
  if (slice.length > 0) yield slice;
}
