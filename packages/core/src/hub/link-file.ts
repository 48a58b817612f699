import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, relative } from "node:path";

/**
 * Puts a blob into a snapshot under its own name: as a relative symbolic link, so that the cache can be moved, and
 * where there are none (Windows without developer mode, `HF_HUB_DISABLE_SYMLINKS`) as a plain file.
 */
export async function linkFile(blob: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  // Made aside and renamed: whoever reads the snapshot meanwhile finds the old file or the new one.
  const draft = `${target}.${randomUUID()}`;
  try {
    await firstPossible([
      () => symbolicLink(blob, draft),
      () => link(blob, draft),
      () => copyFile(blob, draft, constants.COPYFILE_FICLONE),
    ]);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function symbolicLink(blob: string, draft: string): Promise<void> {
  if (/^(?:1|true|yes|on)$/iu.test(process.env["HF_HUB_DISABLE_SYMLINKS"] ?? "")) throw new Unsupported();
  await symlink(relative(dirname(draft), blob), draft);
}

class Unsupported extends Error {
  readonly code = "ENOTSUP";
}

async function firstPossible(ways: readonly (() => Promise<void>)[]): Promise<void> {
  for (const [index, way] of ways.entries()) {
    try {
      return await way();
    } catch (error) {
      const isLast = index === ways.length - 1;
      if (isLast || !(error instanceof Error && "code" in error && UNSUPPORTED.has(error.code))) throw error;
    }
  }
}

// What file systems without links answer, and Windows to a user who may not make them.
const UNSUPPORTED: ReadonlySet<unknown> = new Set([
  "EPERM",
  "EACCES",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EXDEV",
  "EMLINK",
  "UNKNOWN",
]);
