import { basename } from "node:path";
import { locate } from "./ingestion/find-sources.ts";
import { readFile } from "./ingestion/source.ts";
import { parseJsonLines, type JsonLine } from "./loaders/json-lines.ts";
import { unpack } from "./loaders/unpack.ts";

/**
 * The objects of a JSON Lines file, plain or gzipped, one at a time.
 *
 * @throws {RagError} `source_not_found`, `source_unreadable`, `source_too_large` (an archive made to fill memory), and
 * `record_invalid` at the first line that is no JSON object; never with text of the file.
 */
export async function* readJsonLines(
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncIterable<JsonLine> {
  const { real } = await locate(path);
  const source = basename(path);
  for await (const parsed of parseJsonLines(unpack(readFile(real, source), source), { source, signal })) {
    if ("error" in parsed) throw parsed.error;
    yield parsed;
  }
}
