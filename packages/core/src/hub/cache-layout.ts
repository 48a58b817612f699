import { join } from "node:path";

/**
 * Paths of one model in the Hugging Face cache, as huggingface_hub lays it out (file_download.py):
 * `models--org--name/{refs,blobs,snapshots,.no_exist,trees}` and `.locks/models--org--name`.
 */
export interface CacheLayout {
  readonly root: string;
  /** The folder that holds all revisions. */
  readonly model: string;
  readonly blobs: string;
  readonly blob: (etag: string) => string;
  /** What has arrived so far of a blob. */
  readonly incomplete: (etag: string) => string;
  readonly snapshot: (commit: string) => string;
  /** Holds the commit of a branch or tag. */
  readonly ref: (revision: string) => string;
  /** An empty file where the repository is known to have none. */
  readonly absent: (commit: string, path: string) => string;
  /** The listing of a commit that newer versions of huggingface_hub keep. */
  readonly tree: (commit: string) => string;
  readonly lock: string;
}

export function cacheLayout(root: string, id: string): CacheLayout {
  const name = `models--${id.replaceAll("/", "--")}`;
  const model = join(root, name);
  const blobs = join(model, "blobs");
  return {
    root,
    model,
    blobs,
    blob: (etag) => join(blobs, etag),
    incomplete: (etag) => join(blobs, `${etag}.incomplete`),
    snapshot: (commit) => join(model, "snapshots", commit),
    ref: (revision) => join(model, "refs", ...revision.split("/")),
    absent: (commit, path) => join(model, ".no_exist", commit, ...path.split("/")),
    tree: (commit) => join(model, "trees", `${commit}.json`),
    // Beside huggingface_hub's own locks, one for each blob. The two do not exclude each other and need not: both
    // rename finished files into place.
    lock: join(root, ".locks", name, "galen.lock"),
  };
}
