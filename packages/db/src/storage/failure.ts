import { GalenError } from "@galen/core";
import { DbError } from "../errors.ts";

/** What the operating system, SQLite or LanceDB said, as one of our codes. Errors that already have a code pass through. */
export function storageError(error: unknown, what: string): unknown {
  if (error instanceof GalenError || isAbort(error)) return error;
  if (isDiskFull(error)) {
    return new DbError("disk_full", `${what}: no space is left on the device.`, {
      hint: "Free some space and repeat the call; what was acknowledged is safe.",
      cause: error,
    });
  }
  return new DbError("storage_failed", `${what}: the storage reported a failure.`, {
    hint: "See the cause; `galen doctor --data` checks the folder.",
    cause: error,
  });
}

const NOT_WRITABLE = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT", "SQLITE_CANTOPEN", "SQLITE_READONLY"];

/** The same for the folder itself, when it is opened. */
export function notWritable(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!NOT_WRITABLE.some((prefix) => code.startsWith(prefix))) return storageError(error, "Opening the data folder");
  return new DbError("data_folder_not_writable", `The data folder ${path} cannot be written (${code}).`, {
    hint: "Name a folder that this user may write to.",
    details: { path },
    cause: error,
  });
}

/** Whether there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** LanceDB reports everything as one code and a text; its text carries the operating system's. */
function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT" || error.code === "SQLITE_FULL"))
    return true;
  return /No space left on device|os error 28|Disk quota exceeded/.test(error.message) || isDiskFull(error.cause);
}
