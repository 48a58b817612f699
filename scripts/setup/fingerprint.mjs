import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.mjs";

const IGNORED = new Set(["node_modules", "dist", ".turbo", ".git"]);

/** Hash of names, sizes and modification times below the given paths: changes when anything there does. A few ms for the project. */
export function fingerprintOfTimes(paths, { base = root, ignore = () => false } = {}) {
  const hash = createHash("sha256");
  for (const path of paths) visit(base, join(base, path), hash, ignore);
  return hash.digest("hex");
}

/** Hash of the contents of files. */
export function fingerprintOfContents(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

function visit(base, path, hash, ignore) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  const name = relative(base, path);
  if (stat.isFile()) {
    if (!ignore(name)) hash.update(`${name}\0${stat.size}\0${stat.mtimeMs}\n`);
    return;
  }
  for (const entry of readdirSync(path).sort()) if (!IGNORED.has(entry)) visit(base, join(path, entry), hash, ignore);
}
