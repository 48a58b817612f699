import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RagError } from "../errors.ts";
import type { Loader } from "../loaders/loader.ts";
import { findLoader } from "../loaders/registry.ts";
import { fileSource, rootOf, unreadable, type Source } from "./source.ts";

export interface FoundSources {
  readonly sources: readonly Source[];
  /** Folders that were walked: a remembered source below one of them that is not in `sources` has vanished. */
  readonly folders: readonly { readonly prefix: string; readonly root: string }[];
  /** Hidden files, links to folders and files of unknown types below the folders. */
  readonly skipped: number;
}

/**
 * The files of the paths, in the order of the paths, those of a folder sorted by name. A named file is taken whatever its
 * type (and fails later when no loader reads it). Throws `source_not_found` before anything is read.
 */
export async function findSources(paths: readonly string[], loader?: Loader): Promise<FoundSources> {
  const found = { sources: [] as Source[], folders: [] as { prefix: string; root: string }[], skipped: 0 };
  for (const path of paths) {
    const { real, facts } = await locate(path);
    const name = nameOf(basename(real));
    if (facts.isDirectory()) {
      const root = rootOf(real);
      found.folders.push({ prefix: `${name}/`, root });
      found.skipped += await walk(real, name, { root, loader, into: found.sources });
    } else {
      const own = { name, root: rootOf(dirname(real)), size: facts.size, loader: loader ?? findLoader(name) };
      found.sources.push(fileSource(real, own));
    }
  }
  return { ...found, sources: withoutRepeats(found.sources) };
}

export async function locate(path: string): Promise<{ real: string; facts: Stats }> {
  try {
    const real = await realpath(path);
    return { real, facts: await stat(real) };
  } catch (error) {
    throw new RagError("source_not_found", `there is no file or folder ${basename(path)}`, {
      hint: "check the path; it is taken from the working folder",
      cause: error,
    });
  }
}

interface Walk {
  readonly root: string;
  readonly loader: Loader | undefined;
  readonly into: Source[];
}

/** Returns how many entries were skipped. Links to folders are not followed: they may lead back up. */
async function walk(folder: string, name: string, { root, loader, into }: Walk): Promise<number> {
  let skipped = 0;
  for (const entry of await entriesOf(folder, name)) {
    const path = join(folder, entry.name);
    const entryName = `${name}/${nameOf(entry.name)}`;
    if (entry.name.startsWith(".")) skipped += 1;
    else if (entry.isDirectory()) skipped += await walk(path, entryName, { root, loader, into });
    else {
      const size = await fileSize(path);
      const own = loader ?? findLoader(entryName);
      if (size === undefined || own === undefined) skipped += 1;
      else into.push(fileSource(path, { name: entryName, root, size, loader: own }));
    }
  }
  return skipped;
}

/**
 * `undefined` for what is no file, such as a link that leads nowhere. A file that cannot be looked at is still there: it counts as
 * empty here and fails when it is read, because taking it for vanished would delete its documents.
 */
async function fileSize(path: string): Promise<number | undefined> {
  try {
    const facts = await stat(path);
    return facts.isFile() ? facts.size : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : 0;
  }
}

async function entriesOf(folder: string, name: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** File systems differ in how they spell an accent; ids must not. */
function nameOf(name: string): string {
  return name.normalize("NFC");
}

/** The same file named twice is read once; two files that would get the same ids are a mistake worth stopping for. */
function withoutRepeats(sources: readonly Source[]): Source[] {
  const byName = new Map<string, Source>();
  for (const source of sources) {
    const other = byName.get(source.name);
    if (other !== undefined && other.root !== source.root) {
      throw new RagError("source_invalid", `two of the files are called ${source.name}`, {
        hint: "ingest the folder that holds both, so that their names differ",
      });
    }
    byName.set(source.name, source);
  }
  return [...byName.values()];
}
