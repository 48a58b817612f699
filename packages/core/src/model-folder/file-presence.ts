import { stat } from "node:fs/promises";

/** Whether a path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await orAbsent(stat(path)))?.isDirectory() ?? false;
}

/** Whether a path leads to a file, behind links too. */
export async function fileExists(path: string): Promise<boolean> {
  return (await orAbsent(stat(path)))?.isFile() ?? false;
}

/** Whether a path leads to anything. */
export async function isPresent(path: string): Promise<boolean> {
  return (await orAbsent(stat(path))) !== undefined;
}

/** The result of a file operation, or `undefined` when there is no such file. */
export async function orAbsent<Result>(operation: Promise<Result>): Promise<Result | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && ABSENCES.has(error.code);
}

const ABSENCES: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP", // links that lead to each other, and to no file
  "ENAMETOOLONG", // no file can have such a name,
  "ERR_INVALID_ARG_VALUE", // nor one with a NUL in it
]);
