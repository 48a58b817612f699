import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { hasChecksum } from "./checksum.ts";
import { fetchBlobs } from "./fetch-blobs.ts";
import type { DownloadJob } from "./fetch-blobs.ts";
import { downloadFile } from "./download-file.ts";
import type { AskedModel } from "./hub-name.ts";
import { inParallel } from "./in-parallel.ts";
import { listFiles } from "./list-files.ts";
import type { Listing } from "./list-files.ts";
import type { PulledModel } from "./model-source.ts";
import { publishSnapshot } from "./publish-snapshot.ts";
import { encoderFolder, inFolder, readModules, readShardNames } from "./repository-index.ts";
import { caseCollision } from "./repository-path.ts";
import { resolveFile } from "./resolve-file.ts";
import { selectFiles, SHARD_INDEX, WEIGHTS } from "./select-files.ts";

/**
 * Downloads a model into the cache. Its files become visible in an order that keeps the cache honest: all blobs, then
 * the snapshot with config.json last, then `refs/<revision>`. A process that dies on the way leaves a model that is not
 * found, or is seen to be incomplete.
 */
export async function downloadModel(asked: AskedModel, job: DownloadJob): Promise<PulledModel> {
  const { layout, connection, progress } = job;
  const { id, folder, revision } = asked;
  progress.enter("preparing");
  const { commit, paths } = await listFiles({ id, revision }, connection);
  await mkdir(layout.blobs, { recursive: true });
  const received = new Map<string, number>();
  const wanted = await planFiles({ ...job, id, folder, listing: { commit, paths }, received });
  const resolved = await inParallel(wanted, connection, (path, signal) =>
    resolveFile({ id, commit, path }, { ...connection, signal }),
  );
  const files = await fetchBlobs(resolved, { ...job, received });
  await publishSnapshot(resolved, { layout, commit, folder, revision });
  return { id, revision, commit, path: join(layout.snapshot(commit), folder), files };
}

interface Planning extends DownloadJob {
  readonly id: string;
  /** Folder of the repository that holds the model; empty for its root. */
  readonly folder: string;
  readonly listing: Listing;
  /** Bytes that came over the network, by etag. */
  readonly received: Map<string, number>;
}

/** The files to download: those of the model's folders and weights, which modules.json and the index of the shards name. */
async function planFiles(plan: Planning): Promise<readonly string[]> {
  const { id, folder, listing } = plan;
  const within = (path: string): string => inFolder(folder, path);
  const modules = await readIfListed(within("modules.json"), plan, readModules);
  const folders = [...new Set(["", ...(modules ?? []).map(({ path }) => path)].map(within))];
  const shards = new Map<string, readonly string[]>();
  for (const folder of folders) {
    if (listing.paths.has(inFolder(folder, WEIGHTS))) continue;
    shards.set(folder, (await readIfListed(inFolder(folder, SHARD_INDEX), plan, readShardNames)) ?? []);
  }
  const encoder = within(encoderFolder(modules));
  const selected = selectFiles({ paths: listing.paths, id, encoder, folders, shards });
  const collision = caseCollision(selected);
  if (collision === undefined) return selected;
  throw new ModelError("model_invalid", `The repository ${id} has the two files ${collision.join(" and ")}.`, {
    hint: "They are one file on some systems; rename one of them in the repository.",
    details: { id, files: collision },
  });
}

async function readIfListed<Content>(
  path: string,
  { listing: { commit, paths }, id, layout, connection, received }: Planning,
  read: (path: string) => Promise<Content | undefined>,
): Promise<Content | undefined> {
  if (!paths.has(path)) return undefined;
  const file = await resolveFile({ id, commit, path }, connection);
  const blob = layout.blob(file.etag);
  if (!(await hasChecksum(blob, file.etag, connection))) {
    received.set(file.etag, await downloadFile(file, { layout, connection }));
  }
  return read(blob);
}
