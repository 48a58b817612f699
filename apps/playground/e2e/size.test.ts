import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildPage } from "./stage.ts";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** kB of 1,000 bytes, gzip; a phone on a slow line loads this in about two seconds. */
const MAX_FIRST_LOAD = 300;
const MAX_SCRIPT = 175;

beforeAll(() => buildPage());

test("the first load stays within its budget", () => {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => ({ name: file.name, kB: compressed(join(file.parentPath, file.name)) / 1000 }))
    // Greek letters are fetched when a text has them; the busy icon when a task runs.
    .filter(({ name }) => !/-greek-|favicon-busy/.test(name));
  const total = files.reduce((sum, { kB }) => sum + kB, 0);
  const scripts = files.filter(({ name }) => extname(name) === ".js").reduce((sum, { kB }) => sum + kB, 0);
  for (const { name, kB } of files) console.log(`${kB.toFixed(1).padStart(7)} kB  ${basename(name)}`);
  console.log(
    `${total.toFixed(1).padStart(7)} kB  first load (of ${MAX_FIRST_LOAD}), scripts ${scripts.toFixed(1)} (of ${MAX_SCRIPT})`,
  );
  expect(total).toBeLessThanOrEqual(MAX_FIRST_LOAD);
  expect(scripts).toBeLessThanOrEqual(MAX_SCRIPT);
});

/** Fonts are compressed already. */
function compressed(path: string): number {
  const bytes = readFileSync(path);
  return extname(path) === ".woff2" ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}
