import { constants, copyFile, link, mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** LanceDB writes each file once, except this pointer to the newest version, which it can do without. */
const REWRITTEN = "latest_version_hint.json";

/** Gives the files of a folder a second name in another one; where that cannot be, copies them. */
export async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const path of await filesIn(from)) {
    if (path.endsWith(REWRITTEN)) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await linkOrCopy(join(from, path), join(to, path));
  }
}

/** All files below a folder, as paths from there. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Another disk, or a file system without links. */
const CANNOT_LINK = new Set(["EXDEV", "EPERM", "ENOTSUP", "EMLINK", "ENOSYS"]);

/** Gives a file a second name; where that cannot be, copies it. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && CANNOT_LINK.has(String(error.code)))) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}
