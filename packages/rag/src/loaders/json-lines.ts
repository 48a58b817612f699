import { RagError } from "../errors.ts";
import { decodeUtf8, MAX_LINE_BYTES, readLines, type Line } from "@galen/db/lines";

/** One object of a JSON Lines file. */
export interface JsonLine {
  readonly value: Readonly<Record<string, unknown>>;
  /** 1-based. */
  readonly line: number;
}

interface JsonLineFailure {
  readonly error: RagError;
  readonly line: number;
}

/** The objects of JSON Lines, in order, and in place of a bad line why it is none. Empty lines are skipped. */
export async function* parseJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  { source, signal }: { readonly source: string; readonly signal?: AbortSignal | undefined },
): AsyncIterable<JsonLine | JsonLineFailure> {
  for await (const line of readLines(bytes, { signal })) {
    const parsed = parseLine(line, source);
    if (parsed !== undefined) yield parsed;
  }
}

function parseLine({ number: line, bytes }: Line, source: string): JsonLine | JsonLineFailure | undefined {
  const fail = (what: string) => {
    return { error: new RagError("record_invalid", `${source}, line ${line}: ${what}`, { details: { line } }), line };
  };
  if (bytes === undefined) return fail(`longer than ${MAX_LINE_BYTES} bytes`);
  const json = decodeUtf8(bytes);
  if (json === undefined) return fail("not valid UTF-8");
  if (json.trim() === "") return undefined;
  const parsed = parse(json);
  if ("column" in parsed) return fail(`not valid JSON at column ${parsed.column}`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail("not a JSON object");
  return { value: value as Record<string, unknown>, line };
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
