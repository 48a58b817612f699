import { open } from "node:fs/promises";

import { ModelError } from "../errors.ts";

const MARK = "version https://git-lfs.github.com/spec/"; // https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md

/** Whether a text is what git leaves in place of a large file that it has not fetched. */
export function isLfsPointer(text: string): boolean {
  return text.startsWith(MARK);
}

/** @throws {ModelError} `weights_missing` when one of the files is a pointer of Git LFS instead of the weights. */
export async function refuseLfsPointers(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await using handle = await open(file, "r");
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MARK.length), 0, MARK.length, 0);
    if (isLfsPointer(buffer.toString("latin1", 0, bytesRead))) throw lfsPointer(file);
  }
}

/** The error for a file that is a pointer. */
export function lfsPointer(file: string): ModelError {
  return new ModelError("weights_missing", `The file ${file} is a Git LFS pointer, not the file itself.`, {
    hint: "The model was cloned without Git LFS: run git lfs pull in its folder, or download the file.",
    details: { file },
  });
}
