import { ModelError } from "../errors.ts";

/** Whether an error of the file system says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT";
}

export function diskFull(
  folder: string,
  { details = {}, cause }: { details?: Record<string, number>; cause?: unknown } = {},
): ModelError {
  return new ModelError("disk_full", `There is no room for the model in ${folder}.`, {
    hint: "Free some space, or name a folder on another disk by HF_HUB_CACHE.",
    details: { folder, ...details },
    cause,
  });
}

/** A failure of the file system below the cache as a typed error; any other error as it is. */
export function asStorageFailure(error: unknown, folder: string): unknown {
  if (isDiskFull(error)) return diskFull(folder, { cause: error });
  if (!(error instanceof Error && "syscall" in error)) return error;
  return new ModelError("model_download_failed", `The model cache ${folder} cannot be written (${codeOf(error)}).`, {
    hint: "Name a folder that may be written by HF_HUB_CACHE, or mend its permissions.",
    details: { folder },
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
