import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { newRoutes, type AppContext } from "../context.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Vite names these by their content: a changed file has another name. */
const HASHED_FOLDER = "/assets/";

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Galen</title>
<h1>The page is not built</h1>
<p>The API works all the same: see <a href="/openapi.json">/openapi.json</a>.</p>
<p>Build the page with <code>pnpm build</code> in the checkout, then start the server again.</p>
</html>
`;

/**
 * The built page. Only files that were in its folder at the start are served, so no path of a request ever reaches the file
 * system.
 */
export function pageRoutes(folder: string) {
  const files = listFiles(folder);
  const routes = newRoutes();
  if (!files.has("/index.html")) return routes.get("/", (c) => c.html(NOT_BUILT, 503));
  routes.get("/", (c) => sendFile(c, files, "/index.html"));
  for (const path of files.keys()) routes.get(path, (c) => sendFile(c, files, path));
  return routes;
}

interface PageFile {
  readonly path: string;
  readonly etag: string;
}

async function sendFile(c: AppContext, files: ReadonlyMap<string, PageFile>, path: string): Promise<Response> {
  const file = files.get(path);
  if (file === undefined) return c.notFound();
  c.header("Cache-Control", path.startsWith(HASHED_FOLDER) ? "public, max-age=31536000, immutable" : "no-cache");
  c.header("ETag", file.etag);
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304);
  const bytes = await readFile(file.path);
  return c.body(bytes, 200, { "Content-Type": CONTENT_TYPES[extname(path)] ?? "application/octet-stream" });
}

function listFiles(folder: string): Map<string, PageFile> {
  const entries =
    statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
      ? readdirSync(folder, { recursive: true, withFileTypes: true })
      : [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((path) => [`/${relative(folder, path).split(sep).join("/")}`, { path, etag: etagOf(path) }]),
  );
}

function etagOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
}
