import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { z } from "zod";
import { ServerError } from "../errors.ts";

/** Enough texts to sort by length into full batches, few enough to hold. */
const BATCH = 512;

/** The texts of a file, one a line or one a record of a `.jsonl`, in batches; `-` is standard input. @throws ServerError `input_unreadable` */
export async function* readTextBatches(
  input: string,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const text of readTexts(input, signal)) {
    batch.push(text);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* readTexts(input: string, signal: AbortSignal): AsyncGenerator<string> {
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
