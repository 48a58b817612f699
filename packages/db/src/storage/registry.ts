import { DbError } from "../errors.ts";
import { dataFolders } from "./data-folder.ts";
import type { Storage } from "./storage.ts";

/** By the scheme of the URI; a bare path is a `file`. */
const storages: ReadonlyMap<string, Storage> = new Map([["file", dataFolders]]);

/** @throws {DbError} `storage_failed` for a scheme that there is no storage for */
export function storageFor(uri: string): Storage {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase() ?? "file";
  const storage = storages.get(scheme);
  if (storage !== undefined) return storage;
  throw new DbError("storage_failed", `There is no storage for ${scheme}: URIs.`, {
    hint: "Name a local folder.",
    details: { scheme, known: [...storages.keys()] },
  });
}
