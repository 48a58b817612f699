import { isDeepStrictEqual } from "node:util";
import type { CollectionRecord } from "../catalogue/catalogue.ts";
import type { ReindexRequest } from "../schemas/collection.ts";
import { copyChanges } from "./copy-documents.ts";
import { DbError } from "../errors.ts";
import { unknownTextField } from "../schemas/text-settings.ts";
import { furtherSettings, settingsOf, vectorsSettings } from "./generation-settings.ts";
import type { GenerationSettings } from "./generation-settings.ts";
import type { GenerationStore, NewGeneration } from "./generation-store.ts";
import type { Generation } from "./generation.ts";

export interface ReindexOptions {
  /** What was copied so far stays, and the same call goes on with it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReindexProgress) => void;
}

interface ReindexParts extends ReindexOptions {
  readonly store: GenerationStore;
  /** Called before any write is refused by the old generation. */
  readonly onReplaced: (next: Generation) => void;
}

export interface ReindexProgress {
  /** Documents copied so far, those of an earlier attempt included. */
  readonly done: number;
  readonly total: number;
}

/** So few changes are copied while writers wait: some hundred milliseconds of embedding. */
const FEW_CHANGES = 32;
/** After so many passes writers wait however much they have changed, since they change more than is copied. */
const MAX_PASSES = 10;

/**
 * Builds the next generation beside the present one, and puts it in its place.
 *
 * Reads and writes go on in the old one. Passes copy what has changed since the last; the final one runs in the writer's lane,
 * so that nothing can change any more, and ends with one transaction of the catalogue. A crash before it leaves the old
 * generation, one after it the new; what was built so far is used by the next call with the same settings.
 */
export async function reindex(
  old: Generation,
  request: ReindexRequest,
  { store, signal, onProgress, onReplaced }: ReindexParts,
): Promise<void> {
  const settings = changedSettings(old.record, request);
  await using stack = new AsyncDisposableStack();
  const next = stack.use(await openReplacement(old, settings, store));
  const total = await old.catalogue.countDocuments(old.record.id);
  let done = await old.catalogue.countDocuments(next.record.id);
  const report = (documents: number): void => {
    done += documents;
    onProgress?.({ done: Math.min(done, total), total });
  };
  report(0);
  const copying = { signal, onProgress: report };
  for (let pass = 1, changes = Infinity; changes > FEW_CHANGES && pass <= MAX_PASSES; pass++) {
    signal?.throwIfAborted();
    changes = await copyChanges(old, next, copying);
  }
  await next.writer.settle();
  await old.writer.handOver(async () => {
    await copyChanges(old, next, { ...copying, signal: undefined });
    await old.catalogue.replaceCollection(next.record.id);
    stack.move();
    onReplaced(next);
  });
}

/** What is not named stays as it is. */
function changedSettings(record: CollectionRecord, request: ReindexRequest): GenerationSettings {
  const before = settingsOf(record);
  const { fields = before.fields, dense = before.dense } = request;
  const textSettings = {
    analyzer: request.analyzer ?? before.textSettings.analyzer,
    text_fields: request.text_fields ?? before.textSettings.text_fields,
  };
  const unknown = unknownTextField(textSettings.text_fields, fields);
  if (unknown !== undefined) {
    throw new DbError("collection_invalid", `The text field ${unknown} is no declared field of type string.`, {
      details: { field: unknown },
    });
  }
  const own = vectorsSettings(request, before);
  if (!dense) return { ...own, modelName: undefined, vectors: {}, fields, dense, textSettings };
  return { ...own, vectors: furtherSettings(request.vectors) ?? before.vectors, fields, dense, textSettings };
}

/** One that an earlier call with the same settings began, else a new one. */
async function openReplacement(
  { record, catalogue }: Generation,
  settings: GenerationSettings,
  store: GenerationStore,
): Promise<Generation> {
  const made = await store.made(settings);
  const begun = await catalogue.findReplacement(record.id);
  if (begun && isMadeWith(begun, settings, made)) return store.open(begun);
  if (begun) await store.drop(begun);
  // No name of a user's has a space.
  await store.create(`replacing ${record.id}`, { settings, made, replaces: record.id });
  const created = await catalogue.findReplacement(record.id);
  if (created === undefined) throw new Error("the catalogue has lost the generation that was made");
  return store.open(created);
}

/** Names of models do not count: what they stand for does. */
function isMadeWith(record: CollectionRecord, settings: GenerationSettings, made: NewGeneration["made"]): boolean {
  const { fields, textSettings } = settings;
  const { fields: otherFields, textSettings: otherTexts } = settingsOf(record);
  return isDeepStrictEqual(
    plain({ ...identityOf(made), fields, textSettings }),
    plain({ ...identityOf(record), fields: otherFields, textSettings: otherTexts }),
  );
}

function identityOf({ model, precision, dimension, metric, vectors }: NewGeneration["made"]) {
  const further = Object.entries(vectors).map(([name, { modelName: _modelName, ...made }]) => [name, made] as const);
  return { model, precision, dimension, metric, vectors: Object.fromEntries(further) };
}

/** As JSON, which knows no undefined members. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
