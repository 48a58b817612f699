import { csv } from "./csv.ts";
import { jsonl } from "./jsonl.ts";
import type { Loader } from "./loader.ts";
import { markdown } from "./markdown.ts";
import { text } from "./text.ts";

/** Every format that can be ingested. A new one is a file beside this one and a line here; the contract test runs by itself. */
export const loaders = { jsonl, csv, markdown, text } satisfies Record<string, Loader>;

/** Name of a format, as `--format` takes it. */
export type LoaderName = keyof typeof loaders;

export const loaderNames = Object.keys(loaders) as LoaderName[];

/** The loader of a file, by its media type or else by its extension (`.gz` behind it does not count). */
export function findLoader(name: string, mediaType?: string): Loader | undefined {
  return findByMediaType(mediaType) ?? findByExtension(name);
}

function findByMediaType(mediaType: string | undefined): Loader | undefined {
  const essence = mediaType?.split(";")[0]?.trim().toLowerCase() ?? "";
  // Browsers send text/plain for every text file they do not know, .jsonl among them: the extension knows better.
  if (essence === "text/plain") return undefined;
  return Object.values(loaders).find((loader: Loader) => loader.mediaTypes.includes(essence));
}

function findByExtension(name: string): Loader | undefined {
  const plain = name.toLowerCase().replace(/\.gz$/, "");
  return Object.values(loaders).find((loader: Loader) => loader.extensions.some((end) => plain.endsWith(end)));
}
