import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Does `work` unless the stamp file already holds `value`. The stamp is written only after the work succeeded. */
export async function unlessStamped(file, value, work) {
  if (read(file) === value) return;
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, value);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
