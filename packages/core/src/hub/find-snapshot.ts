import { readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

import { ModelError } from "../errors.ts";
import { isFolder, orAbsent } from "../model-folder/file-presence.ts";
import { readTextFile } from "../model-folder/json-file.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { missingFiles } from "./missing-files.ts";

/** A model in the cache, perhaps with files missing. */
export interface Snapshot {
  /** The folder to load it from. */
  readonly path: string;
  readonly commit: string;
  /** Empty for a whole model. */
  readonly missing: readonly string[];
}

export interface SnapshotQuery {
  readonly layout: CacheLayout;
  readonly revision: string;
  /** Folder of the repository that holds the model; empty for its root. */
  readonly folder: string;
}

/**
 * Looks for a revision of a model in the cache; no socket is opened.
 * @throws {ModelError} `model_invalid` for a link that leads out of the cache, or a damaged modules.json.
 */
export async function findSnapshot({ layout, revision, folder }: SnapshotQuery): Promise<Snapshot | undefined> {
  const commit = await findCommit(layout, revision);
  if (commit === undefined) return undefined;
  const snapshot = layout.snapshot(commit);
  await checkLinks(snapshot, layout);
  return { path: join(snapshot, folder), commit, missing: await missingFiles({ layout, commit, folder }) };
}

async function findCommit(layout: CacheLayout, revision: string): Promise<string | undefined> {
  const referred = (await readTextFile(layout.ref(revision), { maxBytes: MAX_REF_BYTES }).catch(ignoreFolder))?.trim();
  const commit = referred ?? revision;
  return COMMIT.test(commit) && (await isFolder(layout.snapshot(commit))) ? commit : undefined;
}

const MAX_REF_BYTES = 1024; // a commit has 40 characters
const COMMIT = /^[0-9a-f]{4,40}$/u; // never a path that leads elsewhere

// `refs/pr` is a folder when the revision is `pr/1`.
function ignoreFolder(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "EISDIR") return undefined;
  throw error;
}

/**
 * A snapshot's links lead to the blobs beside it, or by way of them to the store that all models share. A link to
 * elsewhere would hand some other file of the machine to whoever can ask for the model's text. The cache, a model's
 * folder and its blobs may themselves be links, to another disk.
 */
async function checkLinks(snapshot: string, layout: CacheLayout): Promise<void> {
  const roots = await Promise.all([layout.root, layout.model, layout.blobs].map((path) => orAbsent(realpath(path))));
  const entries = await readdir(snapshot, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await orAbsent(realpath(path)); // a broken link is a missing file
    if (target !== undefined && !roots.some((root) => root !== undefined && target.startsWith(root + sep)))
      throw outside(path);
  }
}

function outside(path: string): ModelError {
  return new ModelError("model_invalid", `The cached file ${path} is a link that leads out of the model cache.`, {
    hint: "Remove it and pull the model again; to use files from elsewhere, name their folder instead.",
    details: { file: path },
  });
}
