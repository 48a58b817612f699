import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { SentenceTransformer } from "@galen/core";
import { z } from "zod";
import { loadConfig } from "../../config.ts";
import { ServerError } from "../../errors.ts";
import { interruptible } from "../interruptible.ts";
import { NpyWriter } from "../npy.ts";
import { ProgressDisplay } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { counted, perSecond, seconds } from "../text.ts";

/** Enough texts to sort by length into full batches, few enough to hold. */
const BATCH = 512;

export interface EmbedOptions {
  readonly config?: string;
  readonly model?: string;
  readonly kind: "document" | "query";
  readonly input: string;
  readonly output?: string;
}

interface VectorWriter extends AsyncDisposable {
  write(rows: readonly Float32Array[]): Promise<void>;
  finish(): Promise<void>;
}

/** `galen embed`: one vector a text, in input order, without holding more than a batch. */
export async function embed({ input, output, kind, ...options }: EmbedOptions, terminal: Terminal): Promise<void> {
  const config = loadConfig({ flags: { model: options.model }, file: options.config });
  requireKnownFormat(output);
  await interruptible(async (signal) => {
    await using transformer = await SentenceTransformer.load(config.model);
    await using writer = await openWriter(output, { dimension: transformer.dimension, terminal });
    using display = new ProgressDisplay({ title: "Embedding", unit: "texts", terminal });
    const started = performance.now();
    let done = 0;
    for await (const texts of batches(readTexts(input))) {
      await writer.write(await embedBatch(transformer, texts, { kind, signal }));
      done += texts.length;
      display.update({ done });
    }
    await writer.finish();
    display[Symbol.dispose]();
    printSummary(
      { done, dimension: transformer.dimension, took: (performance.now() - started) / 1_000, output },
      terminal,
    );
  });
}

async function embedBatch(
  transformer: SentenceTransformer,
  texts: readonly string[],
  { kind, signal }: { readonly kind: EmbedOptions["kind"]; readonly signal: AbortSignal },
): Promise<Float32Array[]> {
  return kind === "query" ? transformer.encodeQuery(texts, { signal }) : transformer.encodeDocument(texts, { signal });
}

async function* readTexts(input: string): AsyncGenerator<string> {
  const stream = input === "-" ? process.stdin : createReadStream(input);
  const asJson = input.endsWith(".jsonl");
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      yield asJson ? textOf(text, line) : text;
    }
  } catch (cause) {
    if (cause instanceof ServerError) throw cause;
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

async function* batches(texts: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const text of texts) {
    batch.push(text);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function requireKnownFormat(output: string | undefined): void {
  if (output === undefined || /\.(?:npy|jsonl)$/.test(output)) return;
  throw new ServerError("usage", "--output takes a file that ends in .npy or .jsonl", {
    hint: "Leave it out to get JSON lines on standard output.",
  });
}

async function openWriter(
  output: string | undefined,
  { dimension, terminal }: { readonly dimension: number; readonly terminal: Terminal },
): Promise<VectorWriter> {
  if (output === undefined) return jsonLines(async (text) => terminal.out(text));
  if (output.endsWith(".npy")) return NpyWriter.create(output, dimension);
  try {
    const file = await open(output, "w");
    return jsonLines(
      (text) => file.writeFile(text),
      () => file.close(),
    );
  } catch (cause) {
    throw new ServerError("output_not_writable", `${output} cannot be written`, { cause });
  }
}

/** `{"index":0,"embedding":[…]}` a line. */
function jsonLines(write: (text: string) => Promise<void>, close: () => Promise<void> = async () => {}): VectorWriter {
  let index = 0;
  const line = (row: Float32Array) => `${JSON.stringify({ index: index++, embedding: [...row] })}\n`;
  return {
    write: (rows) => write(rows.map(line).join("")),
    finish: async () => {},
    [Symbol.asyncDispose]: close,
  };
}

interface Summary {
  readonly done: number;
  readonly dimension: number;
  readonly took: number;
  readonly output: string | undefined;
}

function printSummary({ done, dimension, took, output }: Summary, terminal: Terminal): void {
  const where = output === undefined ? "" : ` to ${output}`;
  terminal.err(
    `Embedded ${counted(done, "text")} as ${dimension} numbers each${where} in ${seconds(took)}: ${perSecond(done / took)} texts/s\n`,
  );
}
