// Loaded before a program (`--import`): keeps the image that shim.c keeps, of what JavaScript synchronizes.
import promises from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { sep } from "node:path";
import { record } from "./entries.ts";

const root = process.env["GALEN_POWER_ROOT"] ?? "";
const image = process.env["GALEN_POWER_IMAGE"] ?? "";

// Not imported by name: below, that name leads to what stands here.
const { open } = promises;

promises.open = async (...parameters) => {
  const handle = await open(...parameters);
  const path = String(parameters[0]);
  if (path === root || path.startsWith(root + sep)) watch(handle, path);
  return handle;
};
syncBuiltinESMExports();

function watch(handle: FileHandle, path: string): void {
  const putOnDisk = async () => void record(path, image);
  handle.sync = putOnDisk;
  handle.datasync = putOnDisk;
}
