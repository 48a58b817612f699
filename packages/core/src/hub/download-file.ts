import { rename, rm } from "node:fs/promises";

import { ModelError } from "../errors.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { hasChecksum } from "./checksum.ts";
import { DownloadTarget } from "./download-target.ts";
import { refusal } from "./refusal.ts";
import { request } from "./request.ts";
import type { HubAnswer, HubConnection } from "./request.ts";
import { MAX_FILE_BYTES } from "./resolve-file.ts";
import type { ResolvedFile } from "./resolve-file.ts";
import { TransientFailure, withRetries } from "./retry.ts";
import { isDiskFull } from "./storage-failure.ts";
import { syncFolder } from "./sync-folder.ts";

/** How far a file has come: the bytes on disk, and whether an earlier download of it was continued. */
export interface FileProgress {
  readonly bytes: number;
  readonly resumed: boolean;
}

export interface DownloadOptions {
  readonly layout: CacheLayout;
  readonly connection: HubConnection;
  readonly onProgress?: (progress: FileProgress) => void;
}

/**
 * Downloads a file to `blobs/<etag>`, continuing what an earlier call left in `blobs/<etag>.incomplete`. The blob
 * appears by a rename when its checksum is right and its bytes are on the disk, and not before.
 * @returns the bytes that came over the network.
 * @throws {ModelError} `model_access_denied`, `model_download_failed` or `disk_full`; an abort throws the signal's
 *   reason and keeps the incomplete file.
 */
export async function downloadFile(file: ResolvedFile, { layout, ...rest }: DownloadOptions): Promise<number> {
  const incomplete = layout.incomplete(file.etag);
  let received = 0;
  // Once more after a wrong checksum: the bytes that were continued may have come from a broken download.
  for (let attempt = 0; attempt < 2; attempt++) {
    received += await fetchWhole(file, { ...rest, incomplete });
    if (await hasChecksum(incomplete, file.etag, rest.connection)) {
      await rename(incomplete, layout.blob(file.etag));
      await syncFolder(layout.blobs);
      return received;
    }
    await rm(incomplete, { force: true });
  }
  throw failed(
    file,
    "arrived with a wrong checksum, twice",
    "Try again later; if it stays so, the hub or a proxy alters the file.",
  );
}

interface Fetching extends Omit<DownloadOptions, "layout"> {
  readonly incomplete: string;
}

async function fetchWhole(file: ResolvedFile, fetching: Fetching): Promise<number> {
  const retries = { ...fetching.connection, what: `${file.path} of ${file.id}` };
  try {
    return await withRetries((startOver) => fetchRest(file, fetching, startOver), retries);
  } catch (error) {
    if (isDiskFull(error)) await rm(fetching.incomplete, { force: true }); // it takes the room that others need
    throw error;
  }
}

// So much more on disk makes a failure the first one again: a long download may be cut many times.
const VISIBLE_PROGRESS = 1024 * 1024;

/** @param startOver tells the retries that the file has grown. */
async function fetchRest(
  file: ResolvedFile,
  { incomplete, connection, onProgress }: Fetching,
  startOver: () => void,
): Promise<number> {
  await using target = await DownloadTarget.open(incomplete, { maxBytes: file.size ?? MAX_UNSIZED_BYTES });
  let received = 0;
  if (target.size !== file.size) {
    const headers = target.size === 0 ? {} : { range: `bytes=${target.size}-` };
    await using answer = await request(connection, { method: "GET", url: file.url, headers });
    await prepare(answer, { file, target, connection });
    const resumed = target.size > 0;
    onProgress?.({ bytes: target.size, resumed });
    for await (const chunk of answer.body()) {
      await write(chunk, { file, target });
      received += chunk.length;
      onProgress?.({ bytes: target.size, resumed });
      if (received >= VISIBLE_PROGRESS) startOver();
    }
  }
  if (target.size < (file.size ?? 0)) throw new TransientFailure(`it ended after ${target.size} of ${file.size} bytes`);
  await target.sync();
  return received;
}

// A hub says how large a weights file is. What is served without a length is text that the server makes up as it goes.
const MAX_UNSIZED_BYTES = Math.min(128 * 1024 * 1024, MAX_FILE_BYTES);

interface Preparing {
  readonly file: ResolvedFile;
  readonly target: DownloadTarget;
  readonly connection: HubConnection;
}

/** Makes the target stand where the answer's body begins. */
async function prepare(answer: HubAnswer, { file, target, connection }: Preparing): Promise<void> {
  if (answer.status === 206 && startOfRange(answer) === target.size) return;
  if (answer.status === 200) return target.restart(); // also of a server that ignores ranges
  if (answer.status === 206 || answer.status === 416) {
    await target.restart();
    throw new TransientFailure("the server does not continue the file where it was cut");
  }
  throw refusal(answer, { id: file.id, revision: file.commit, file: file.path }, connection);
}

function startOfRange({ headers }: HubAnswer): number | undefined {
  const [, start] = /^bytes (\d+)-/u.exec(headers.get("content-range") ?? "") ?? [];
  return start === undefined ? undefined : Number(start);
}

async function write(chunk: Uint8Array, { file, target }: Omit<Preparing, "connection">): Promise<void> {
  if (await target.append(chunk)) return;
  await target.remove();
  throw failed(
    file,
    `is longer than the ${target.maxBytes} bytes it should have`,
    "Check that no proxy answers in place of the hub.",
  );
}

function failed({ id, path }: ResolvedFile, problem: string, hint: string): ModelError {
  return new ModelError("model_download_failed", `The file ${path} of ${id} ${problem}.`, {
    hint,
    details: { id, file: path },
  });
}
