import { decodeUtf8, MAX_LINE_BYTES, readLines } from "../lines/index.ts";

/** A record of an import: its value, or why it is none. */
export type ImportedRecord =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly problem: string };

/** Bytes handed on at once. */
const CHUNK_BYTES = 262_144;

/** One JSON object a line. */
export async function* writeJsonLines(documents: AsyncIterable<object>): AsyncGenerator<Uint8Array> {
  let lines: string[] = [];
  let length = 0;
  for await (const document of documents) {
    const line = `${JSON.stringify(document)}\n`;
    lines.push(line);
    length += line.length;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.from(lines.join(""));
    [lines, length] = [[], 0];
  }
  if (lines.length > 0) yield Buffer.from(lines.join(""));
}

/** The records of JSON lines; a bad line does not stop the others. Messages never quote the file. */
export async function* readJsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ImportedRecord> {
  for await (const { number: line, bytes: content } of readLines(bytes)) {
    if (content === undefined) yield { line, problem: `longer than ${MAX_LINE_BYTES} bytes` };
    else {
      const text = decodeUtf8(content);
      if (text === undefined) yield { line, problem: "not valid UTF-8" };
      else if (text.trim() !== "") yield parsed(text, line);
    }
  }
}

function parsed(text: string, line: number): ImportedRecord {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    // The engine's message quotes the text.
    return { line, problem: "not valid JSON" };
  }
}
