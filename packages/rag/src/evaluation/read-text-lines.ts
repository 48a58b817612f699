import { basename } from "node:path";
import { decodeUtf8, readLines } from "@galen/db/lines";
import { RagError } from "../errors.ts";
import { locate } from "../ingestion/find-sources.ts";
import { readFile } from "../ingestion/source.ts";
import { unpack } from "../loaders/unpack.ts";

/** A line of judgments is two ids and a number. */
const MAX_LINE_BYTES = 65_536;

/** The lines of a text file, plain or gzipped, without empty ones. @throws {RagError} `record_invalid` for a line that is no text */
export async function* readTextLines(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly text: string; readonly line: number }> {
  const { real } = await locate(path);
  const source = basename(path);
  const bytes = unpack(readFile(real, source), source);
  for await (const { number: line, bytes: content } of readLines(bytes, { maxBytes: MAX_LINE_BYTES, signal })) {
    const text = content && decodeUtf8(content);
    if (text === undefined)
      throw new RagError("record_invalid", `${source}, line ${line}: not a line of text`, { details: { line } });
    if (text.trim() !== "") yield { text, line };
  }
}
