// `npm run bench -- int8-accuracy [--rounds 5] [--scifact] [--output FILE]`: int8 vectors against those of fp32.
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openGraphEncoder, tokenize } from "./int8/encoder.ts";
import type { GraphEncoder } from "./int8/encoder.ts";
import { dot, ndcgAt10, readScifact } from "./int8/retrieval.ts";
import { describeMachine } from "@galen/testing";
import { readMedquad, sample } from "./medquad.ts";
import { readMedicalTexts } from "./pubmedqa.ts";
import { quantile, round } from "./statistics.ts";

const RESULT = fileURLToPath(new URL("results/int8-accuracy.json", import.meta.url));

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    scifact: { type: "boolean", default: false },
    output: { type: "string", default: RESULT },
  },
});

const fp32 = await openGraphEncoder("fp32");
const int8 = await openGraphEncoder("int8");

const medical = readMedicalTexts();
const collections: Record<string, readonly string[]> = {
  [medical.source]: sample(medical.texts, 300),
  MedQuAD: sample(readMedquad(), 100).flatMap(({ question, answer }) => [question, answer]),
  "general English": linesOf("int8/general.txt"),
  "other languages": linesOf("int8/non-english.txt"),
};

const accuracy: Record<string, Accuracy> = {};
for (const [name, texts] of Object.entries(collections)) accuracy[name] = await compare(await tokenize(texts));
const timed = await tokenize(collections[medical.source] ?? []);
const speed = await race(timed, Number(values.rounds));
const scifact = values.scifact ? await retrieve() : undefined;

print();
const report = { benchmark: "int8-accuracy", date: new Date().toISOString(), machine: describeMachine() };
const figures = { accuracy, times_fp32: speed, open_ms: { fp32: round(fp32.openMs, 0), int8: round(int8.openMs, 0) } };
writeFileSync(
  values.output,
  `${JSON.stringify({ ...report, load_average: loadavg().map((load) => round(load, 2)), ...figures, ...(scifact && { scifact }) }, undefined, 2)}\n`,
);

interface Accuracy {
  readonly texts: number;
  readonly mean_cosine: number;
  readonly least_cosine: number;
  readonly largest_difference: number;
  /** Of a component, between a text alone and in its batch, in int8. */
  readonly alone_or_not: number;
}

async function compare(texts: readonly Int32Array[]): Promise<Accuracy> {
  const expected = await fp32.encode(texts);
  const vectors = await int8.encode(texts);
  const alone = await int8.encode(texts, { alone: true });
  const cosines = expected.map((vector, index) => dot(vector, vectors[index] ?? vector)); // of unit length
  return {
    texts: texts.length,
    mean_cosine: round(cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length, 5),
    least_cosine: round(Math.min(...cosines), 5),
    largest_difference: round(farthest(expected, vectors), 5),
    alone_or_not: farthest(vectors, alone),
  };
}

function farthest(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  const distances = some.map((vector, row) =>
    vector.reduce((most, value, index) => Math.max(most, Math.abs(value - (others[row]?.[index] ?? Number.NaN))), 0),
  );
  return Math.max(...distances);
}

/** How many times as fast int8 is, in each round: median, least and most. One thread, tokens given. */
async function race(texts: readonly Int32Array[], rounds: number): Promise<readonly number[]> {
  const ratios: number[] = [];
  for (let index = 0; index < rounds; index += 1) {
    const order = index % 2 === 0 ? [fp32, int8] : [int8, fp32];
    const times = new Map<GraphEncoder, number>();
    for (const encoder of order) {
      const start = performance.now();
      await encoder.encode(texts);
      times.set(encoder, performance.now() - start);
    }
    ratios.push((times.get(fp32) ?? 0) / (times.get(int8) ?? 1));
  }
  return [quantile(ratios, 0.5), Math.min(...ratios), Math.max(...ratios)].map((ratio) => round(ratio, 2));
}

async function retrieve(): Promise<{ fp32: number; int8: number } | undefined> {
  const set = readScifact();
  if (set === undefined) throw new Error("SciFact is not beside the checkout.");
  const passages = await tokenize(set.passages.map(({ text }) => text));
  const queries = await tokenize(set.queries.map(({ text }) => text));
  const score = async (encoder: GraphEncoder): Promise<number> =>
    round(ndcgAt10(set, { passages: await encoder.encode(passages), queries: await encoder.encode(queries) }), 4);
  return { fp32: await score(fp32), int8: await score(int8) };
}

function linesOf(file: string): string[] {
  return readFileSync(fileURLToPath(new URL(file, import.meta.url)), "utf8")
    .split("\n")
    .filter(Boolean);
}

function print(): void {
  process.stdout.write(`${"".padEnd(20)}texts  mean cosine  least    |Δ| to fp32  alone or not\n`);
  for (const [name, set] of Object.entries(accuracy)) {
    const cells = [set.mean_cosine.toFixed(5), set.least_cosine.toFixed(4), set.largest_difference.toFixed(4)];
    process.stdout.write(
      `${name.padEnd(20)}${String(set.texts).padEnd(7)}${cells[0]}      ${cells[1]}   ${cells[2]}       ${set.alone_or_not.toExponential(1)}\n`,
    );
  }
  const [median, least, most] = speed;
  process.stdout.write(`int8 is ${median} (${least}–${most}) times as fast as fp32 on one thread; `);
  process.stdout.write(`a session opens in ${round(int8.openMs, 0)} ms (fp32: ${round(fp32.openMs, 0)} ms)\n`);
  if (scifact !== undefined) process.stdout.write(`SciFact nDCG@10: fp32 ${scifact.fp32}, int8 ${scifact.int8}\n`);
}
