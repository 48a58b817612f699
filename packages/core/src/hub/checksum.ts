import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { orAbsent } from "../model-folder/file-presence.ts";

const SHA256_LENGTH = 64;

/** Whether a file has the content that an etag of the hub stands for: a sha256, or the sha1 of a git blob. */
export async function hasChecksum(
  path: string,
  etag: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const stats = await orAbsent(stat(path));
  if (stats === undefined || !stats.isFile()) return false;
  const hash = etag.length === SHA256_LENGTH ? createHash("sha256") : createHash("sha1").update(`blob ${stats.size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex") === etag;
}

const READ_BYTES = 1024 * 1024;
