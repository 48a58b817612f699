import { RagError } from "../errors.ts";
import { toDocument } from "./fields.ts";
import type { LoadedRecord, Loader, LoadOptions } from "./loader.ts";
import { MAX_LINE_BYTES, readLines, type Line } from "./lines.ts";
import { decodeUtf8 } from "./utf8.ts";

/** JSON Lines: one object a line, empty lines are skipped. */
export const jsonl: Loader = {
  extensions: [".jsonl", ".ndjson"],
  mediaTypes: ["application/jsonl", "application/x-ndjson", "application/x-jsonlines", "application/json-lines"],
  records: true,
  async *load(bytes, options) {
    for await (const line of readLines(bytes, { signal: options.signal })) {
      const record = readRecord(line, options);
      if (record !== undefined) yield record;
    }
  },
};

function readRecord({ number, bytes }: Line, options: LoadOptions): LoadedRecord | undefined {
  const fail = (what: string) => {
    return { error: new RagError("record_invalid", `${options.source}, line ${number}: ${what}`), line: number };
  };
  if (bytes === undefined) return fail(`longer than ${MAX_LINE_BYTES} bytes`);
  const json = decodeUtf8(bytes);
  if (json === undefined) return fail("not valid UTF-8");
  if (json.trim() === "") return undefined;
  const parsed = parse(json);
  if ("column" in parsed) return fail(`not valid JSON at column ${parsed.column}`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail("not a JSON object");
  return toDocument(value as Record<string, unknown>, number, options);
}

/** The engine's own message quotes the text, which must not get into errors: only the position is taken from it. */
function parse(json: string): { value: unknown } | { column: number } {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    const position = /at position (\d+)/.exec(String(error))?.[1];
    return { column: position === undefined ? json.trimEnd().length + 1 : Number(position) + 1 };
  }
}
