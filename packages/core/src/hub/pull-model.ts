import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { ModelError } from "../errors.ts";
import { cacheLayout } from "./cache-layout.ts";
import { downloadModel } from "./download-model.ts";
import { findSnapshot } from "./find-snapshot.ts";
import { askedModel } from "./hub-name.ts";
import type { AskedModel } from "./hub-name.ts";
import { hubCacheFolder, hubEndpoint, hubToken, offlineReason } from "./hub-settings.ts";
import { acquireLock } from "./lock.ts";
import type { ModelSourceOptions, PulledFile, PulledModel } from "./model-source.ts";
import { modelOffline } from "./model-offline.ts";
import { defaultPace } from "./pace.ts";
import type { Pace } from "./pace.ts";
import { ProgressReport } from "./pull-progress.ts";
import { isLoopback } from "./redirect.ts";
import type { HubConnection } from "./request.ts";
import { asStorageFailure } from "./storage-failure.ts";

/**
 * Brings what Galen needs of a Hugging Face model into the local cache: downloads what is missing, continues what was
 * interrupted, and checks what is there against the hub's checksums. Another process that does the same is waited for.
 *
 * Without network (`offline` or its variables) it only says what the cache holds.
 * @param name `org/model`, `org/model@revision`, `org/model/folder`
 * @throws {ModelError} `model_not_found`, `model_access_denied`, `model_offline`, `model_download_failed`,
 *   `weights_missing`, `model_invalid` or `disk_full`; an abort throws the signal's reason.
 */
export async function pullModel(name: string, options: ModelSourceOptions = {}): Promise<PulledModel> {
  return pullAtPace(name, options, defaultPace);
}

/** `pullModel` with the patience given, for tests. */
export async function pullAtPace(name: string, options: ModelSourceOptions, pace: Pace): Promise<PulledModel> {
  const { signal } = options;
  signal?.throwIfAborted();
  const asked = askedModel(name, options);
  const layout = cacheLayout(hubCacheFolder(options), asked.id);
  const reason = offlineReason(options);
  if (reason !== undefined) return describeCached(asked, { layout, reason });

  const connection = await connect(options, pace);
  const progress = new ProgressReport(options.onProgress);
  try {
    await using _lock = await acquireLock(layout.lock, { pace, signal, onWait: () => progress.enter("waiting") });
    return await downloadModel(asked, { layout, connection, progress });
  } catch (error) {
    throw asStorageFailure(error, layout.root);
  }
}

async function describeCached(
  { id, folder, revision }: AskedModel,
  { layout, reason }: { readonly layout: ReturnType<typeof cacheLayout>; readonly reason: string },
): Promise<PulledModel> {
  const snapshot = await findSnapshot({ layout, revision, folder });
  if (snapshot === undefined || snapshot.missing.length > 0)
    throw modelOffline({ id, revision, layout, snapshot, reason });
  return {
    id,
    revision,
    commit: snapshot.commit,
    path: snapshot.path,
    files: await listFolder(layout.snapshot(snapshot.commit)),
  };
}

async function listFolder(snapshot: string): Promise<PulledFile[]> {
  const entries = await readdir(snapshot, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({
      path: relative(snapshot, path).replaceAll(sep, "/"),
      bytes: (await stat(path)).size,
      downloadedBytes: 0,
    })),
  );
}

async function connect(options: ModelSourceOptions, pace: Pace): Promise<HubConnection> {
  const endpoint = hubEndpoint(options);
  const token = await hubToken(options);
  const url = new URL(endpoint);
  if (token === undefined || url.protocol === "https:" || isLoopback(url)) {
    return { endpoint, token, pace, signal: options.signal };
  }
  throw new ModelError("model_access_denied", `The token would go to ${url.host} in the clear.`, {
    hint: "Use an https address, or send no token (HF_TOKEN unset, or the option token: false).",
    details: { host: url.host },
  });
}
