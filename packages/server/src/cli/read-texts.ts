import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { z } from "zod";
import { ServerError } from "../errors.ts";

/** The texts of a file, one a line or one a record of a `.jsonl`; `-` is standard input. @throws ServerError `input_unreadable` */
export async function* readTexts(input: string, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<string> {
  const stream = input === "-" ? process.stdin : createReadStream(input);
  const asJson = input.endsWith(".jsonl");
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream, signal, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      yield asJson ? textOf(text, line) : text;
    }
    // An abort ends the lines as the end of the file would, but what has come so far is not all there is.
    signal.throwIfAborted();
  } catch (cause) {
    if (cause instanceof ServerError || signal.aborted) throw cause;
    throw new ServerError("input_unreadable", `${input} cannot be read`, {
      cause,
      hint: "Name a file with one text a line, or - for standard input.",
    });
  }
}

const TextRecord = z.object({ text: z.string() });

function textOf(json: string, line: number): string {
  try {
    return TextRecord.parse(JSON.parse(json)).text;
  } catch {
    throw new ServerError("input_unreadable", `line ${line} is not a JSON object with a string \`text\``, {
      hint: "Every line must hold one such object.",
    });
  }
}
