import { toDocument } from "./fields.ts";
import { parseJsonLines } from "./json-lines.ts";
import type { Loader } from "./loader.ts";

/** JSON Lines: one object a line, empty lines are skipped. */
export const jsonl: Loader = {
  extensions: [".jsonl", ".ndjson"],
  mediaTypes: ["application/jsonl", "application/x-ndjson", "application/x-jsonlines", "application/json-lines"],
  records: true,
  async *load(bytes, options) {
    for await (const parsed of parseJsonLines(bytes, options))
      yield "error" in parsed ? parsed : toDocument(parsed.value, parsed.line, options);
  },
};
