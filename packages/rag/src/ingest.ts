import type { Collection } from "@galen/db";
import { RagError } from "./errors.ts";
import { findSources, type FoundSources } from "./ingestion/find-sources.ts";
import { readMemory } from "./ingestion/fingerprint.ts";
import { ingestSource, type IngestContext } from "./ingestion/ingest-source.ts";
import type { Source } from "./ingestion/source.ts";
import { Tally } from "./ingestion/tally.ts";
import type { FieldNames, Loader } from "./loaders/loader.ts";
import { findLoader, loaders, type LoaderName } from "./loaders/registry.ts";
import type { IngestProgress, IngestReport } from "./schemas/ingest.ts";

export interface IngestOptions extends FieldNames {
  /** @default "auto": by media type or file extension */
  readonly format?: "auto" | LoaderName;
  /** Ends when what has been embedded is stored; the report says `aborted`, and what was stored stays. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
}

/** A file that did not come from the disk. `bytes` may be gzip. */
export interface NamedBytes {
  /** File name, with folders if it has any: documents without an id are called after it. */
  readonly name: string;
  readonly bytes: Uint8Array | Blob;
  readonly mediaType?: string;
}

/**
 * Stores the documents of files and folders (walked, sorted). Incremental: a file that was read before, with the same
 * options, is not even parsed; of a changed file only changed documents are embedded, those no longer in it are removed;
 * documents of a file that has vanished from a walked folder are removed. A run that was stopped is completed by the next.
 *
 * Bad records and files are in the report's `failed`, everything else is stored. Throws `source_not_found` before anything
 * is read, and what the collection throws.
 */
export async function ingest(
  collection: Collection,
  paths: readonly string[],
  options: IngestOptions = {},
): Promise<IngestReport> {
  return run(collection, await findSources(paths, chosenLoader(options)), options);
}

/** Stores the documents of an uploaded file, as `ingest` does those of a file of the same name. */
export async function ingestBytes(
  collection: Collection,
  { name, bytes, mediaType }: NamedBytes,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const plainName = uploadName(name);
  const blob = bytes instanceof Blob ? bytes : new Blob([bytes]);
  const source: Source = {
    name: plainName,
    root: "upload",
    size: blob.size,
    loader: chosenLoader(options) ?? findLoader(plainName, mediaType),
    open: () => blob.stream(),
  };
  return run(collection, { sources: [source], folders: [], skipped: 0 }, options);
}

async function run(collection: Collection, found: FoundSources, options: IngestOptions): Promise<IngestReport> {
  const { text, title, id, format = "auto", signal, onProgress } = options;
  const bytesTotal = found.sources.reduce((sum, { size }) => sum + size, 0);
  const tally = new Tally(bytesTotal, onProgress);
  const reading = {
    ...(text !== undefined && { text }),
    ...(title !== undefined && { title }),
    ...(id !== undefined && { id }),
    format,
    fieldTypes: collection.config.fields,
  };
  const before = await collection.count();
  for (const source of found.sources) {
    if (signal?.aborted === true) break;
    await ingestSource(source, { collection, reading, tally, signal });
  }
  tally.aborted ||= signal?.aborted === true;
  if (!tally.aborted) await removeVanished(found, { collection, tally });
  await collection.settle();
  const added = (await collection.count()) - before + tally.removed;
  return tally.finish({ added, skippedFiles: found.skipped });
}

/** Only sources of the same folder: another folder of the same name keeps its documents. */
async function removeVanished(
  { sources, folders }: FoundSources,
  { collection, tally }: Pick<IngestContext, "collection" | "tally">,
): Promise<void> {
  const present = new Set(sources.map(({ name }) => name));
  for (const { prefix, root } of folders) {
    for (const { source, hash } of await collection.sources.list(prefix)) {
      if (present.has(source) || readMemory(hash).root !== root) continue;
      const { deleted } = await collection.delete({ source });
      tally.removed += deleted;
      await collection.sources.remove(source);
    }
  }
}

function chosenLoader({ format = "auto" }: IngestOptions): Loader | undefined {
  if (format === "auto") return undefined;
  if (Object.hasOwn(loaders, format)) return loaders[format];
  throw new RagError("source_format_unknown", `there is no format ${(format as string).slice(0, 40)}`, {
    hint: `formats: auto, ${Object.keys(loaders).join(", ")}`,
  });
}

/** A browser may send a path of its machine, and anyone may send `../`: only plain path segments stay. */
function uploadName(name: string): string {
  const segments = name
    .normalize("NFC")
    .replace(/^[A-Za-z]:/, "")
    .split(/[/\\]+/)
    .filter((segment) => segment !== "" && segment !== "." && segment !== "..");
  return segments.join("/") || "upload";
}
