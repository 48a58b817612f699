import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";

import { orAbsent } from "../model-folder/file-presence.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { hasChecksum } from "./checksum.ts";
import { downloadFile } from "./download-file.ts";
import { inParallel } from "./in-parallel.ts";
import type { PulledFile } from "./model-source.ts";
import type { ProgressReport } from "./pull-progress.ts";
import type { HubConnection } from "./request.ts";
import type { ResolvedFile } from "./resolve-file.ts";
import { diskFull } from "./storage-failure.ts";

export interface DownloadJob {
  readonly layout: CacheLayout;
  readonly connection: HubConnection;
  readonly progress: ProgressReport;
}

interface FetchOptions extends DownloadJob {
  /** Bytes of files that were fetched before the others, by etag. */
  readonly received: ReadonlyMap<string, number>;
}

/**
 * Brings the content of all files into the cache, a few at a time. What is there and has the right checksum stays.
 * @throws {ModelError} `disk_full` before anything is downloaded when it would not fit, and all that `downloadFile` throws.
 */
export async function fetchBlobs(files: readonly ResolvedFile[], job: FetchOptions): Promise<PulledFile[]> {
  const { layout, connection, progress, received } = job;
  const there = await inParallel(files, connection, (file, signal) => isThere(file, { layout, signal }));
  // Equal files have one blob.
  const absent = new Map(files.filter((_, index) => there[index] === false).map((file) => [file.etag, file]));
  await checkSpace([...absent.values()], layout);
  progress.enter("downloading", { totalFiles: files.length, totalBytes: sizeOf(files) });
  return inParallel(files, connection, async (file, signal) => {
    const isAbsent = absent.get(file.etag) === file;
    const rest = isAbsent ? await fetchBlob(file, { ...job, connection: { ...connection, signal } }) : 0;
    const downloadedBytes = rest + (received.get(file.etag) ?? 0);
    const bytes = file.size ?? downloadedBytes;
    progress.finished(file.path, { bytes, resumed: rest > 0 && rest < bytes });
    return { path: file.path, bytes, downloadedBytes };
  });
}

function fetchBlob(file: ResolvedFile, { layout, connection, progress }: DownloadJob): Promise<number> {
  return downloadFile(file, { layout, connection, onProgress: (moved) => progress.moved(file.path, moved) });
}

interface Looking {
  readonly layout: CacheLayout;
  readonly signal: AbortSignal;
}

// Where symbolic links are impossible, huggingface_hub moves a blob into the snapshot.
async function isThere({ etag, commit, path }: ResolvedFile, { layout, signal }: Looking): Promise<boolean> {
  const places = [layout.blob(etag), join(layout.snapshot(commit), path)];
  for (const place of places) if (await hasChecksum(place, etag, { signal })) return true;
  return false;
}

async function checkSpace(files: readonly ResolvedFile[], layout: CacheLayout): Promise<void> {
  const begun = await Promise.all(
    files.map(async ({ etag }) => (await orAbsent(stat(layout.incomplete(etag))))?.size ?? 0),
  );
  const needed = sizeOf(files) - begun.reduce((sum, size) => sum + size, 0);
  const { bavail, bsize, blocks } = await statfs(layout.blobs);
  const free = bavail * bsize;
  if (blocks > 0 && needed > free) throw diskFull(layout.root, { details: { needed, free } });
}

function sizeOf(files: readonly ResolvedFile[]): number {
  return files.reduce((sum, { size }) => sum + (size ?? 0), 0);
}
