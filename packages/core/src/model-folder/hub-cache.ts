import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { isFolder, orAbsent } from "./file-presence.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where huggingface_hub keeps its cache (`huggingface_hub/constants.py`). */
export function hubCacheFolder(environment: Environment = process.env): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const explicit = HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE;
  if (explicit !== undefined) return expandHome(explicit);
  return join(expandHome(HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "huggingface")), "hub");
}

/** The folder in the cache that holds all revisions of a hub model. */
export function hubModelFolder(id: string, environment?: Environment): string {
  return join(hubCacheFolder(environment), `models--${id.replaceAll("/", "--")}`);
}

/** The snapshot of `main` of a hub model, or `undefined` when the cache does not hold it. */
export async function findInHubCache(id: string, environment?: Environment): Promise<string | undefined> {
  const folder = hubModelFolder(id, environment);
  const revision = (await orAbsent(readFile(join(folder, "refs", "main"), "utf8")))?.trim();
  if (revision === undefined || !REVISION.test(revision)) return undefined;
  const snapshot = join(folder, "snapshots", revision);
  return (await isFolder(snapshot)) ? snapshot : undefined;
}

const REVISION = /^[0-9A-Za-z._-]+$/u; // a commit hash; never a path that leads elsewhere

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
