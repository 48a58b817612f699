import { MAX_TEXT_LENGTH, MAX_TITLE_LENGTH } from "@galen/db/schemas";
import { RagError } from "../errors.ts";

import type { LoadOptions } from "./loader.ts";
import { decodeUtf8, lineOfInvalidUtf8, withoutByteOrderMark } from "@galen/db/lines";

/** UTF-8 takes up to three bytes for one UTF-16 unit of the largest document. */
export const MAX_TEXT_BYTES = 3 * MAX_TEXT_LENGTH;

/** The whole source as one text, as it is but for UTF-8's signature: offsets into it are offsets into the file's text. */
export async function readWholeText(
  bytes: AsyncIterable<Uint8Array>,
  { source, signal }: Pick<LoadOptions, "source" | "signal">,
): Promise<string> {
  const all = await collect(bytes, source, signal);
  const text = decodeUtf8(all);
  if (text === undefined) throw notUtf8(source, all);
  if (text.includes("\0")) throw invalid(source, "contains NUL characters: it is not a text file");
  if (text.trim() === "") throw invalid(source, "is empty");
  if (text.length > MAX_TEXT_LENGTH) throw tooLarge(source);
  return text;
}

/** `guides/low-back-pain.txt.gz` → `low-back-pain`. */
export function titleFromName(source: string): string {
  const name = source.split("/").at(-1) ?? source;
  return name
    .replace(/\.gz$/i, "")
    .replace(/(?<=.)\.[^.]*$/, "")
    .slice(0, MAX_TITLE_LENGTH);
}

async function collect(bytes: AsyncIterable<Uint8Array>, source: string, signal: AbortSignal | undefined) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of withoutByteOrderMark(bytes)) {
    signal?.throwIfAborted();
    length += chunk.length;
    if (length > MAX_TEXT_BYTES) throw tooLarge(source);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function notUtf8(source: string, bytes: Uint8Array): RagError {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const what = utf16 ? "is UTF-16, not UTF-8" : `is not valid UTF-8 (line ${lineOfInvalidUtf8(bytes)})`;
  return new RagError("source_invalid", `${source} ${what}`, { hint: "save it as UTF-8" });
}

function invalid(source: string, what: string): RagError {
  return new RagError("source_invalid", `${source} ${what}`);
}

function tooLarge(source: string): RagError {
  return new RagError(
    "source_too_large",
    `${source} is longer than ${MAX_TEXT_LENGTH} characters, the most for one document`,
    {
      hint: "split it into several files",
    },
  );
}
