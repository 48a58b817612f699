import { openCheckpoint } from "../../packages/core/src/weights/weights.ts";
import type { ModelFolder } from "../../packages/core/src/model-folder/model-folder.ts";
import { openModel } from "../../packages/core/src/model-folder/sources.ts";
import { emitOnnxModel } from "../../packages/core/src/onnx-model.ts";
import type { OnnxModelOptions } from "../../packages/core/src/onnx-model.ts";
import { SentenceTransformer } from "../../packages/core/src/sentence-transformer.ts";
import type { Feeds, Tensor } from "../../packages/core/src/tensors/inference-message.ts";
import { openSession } from "../../packages/core/src/tensors/session.ts";
import type { Session } from "../../packages/core/src/tensors/session.ts";
import { floats, maxDifference } from "./golden.ts";
import type { GoldenModel, ModelGolden } from "./golden.ts";

/** How far the engine is from the reference on one golden model; differences are the largest of any component. */
export interface Comparison {
  readonly model: string;
  /** transformers' model_type */
  readonly architecture: string;
  /** Numbers in the weight files, and the type that they are stored as. */
  readonly parameters: number;
  readonly storedAs: string;
  /** Texts whose token ids are not those of the reference. */
  readonly wrongIds: readonly string[];
  /** Of the tokens of a padded batch, with and without token types, and of each text by itself without a mask. */
  readonly hiddenStates: number;
  /** Of `SentenceTransformer.encode`, and of the graph that takes a padded batch. */
  readonly vectors: number;
  /** Of the classification head; absent where the checkpoint has none. */
  readonly logits: number | undefined;
  /** Whether a text of nothing but padding leaves its neighbours as they are, and is made of numbers itself. */
  readonly paddingIsHarmless: boolean;
  /** Between a text's vector in a padded batch and its vector alone, in parts of its largest component if that exceeds 1. */
  readonly neighbours: number;
}

/** What float32 allows between two orders of summation in two libraries; measured values are below half of it. */
const REFERENCE_TOLERANCE = 1e-5;
/** The same library on the same numbers, in matrices of another size. */
const NEIGHBOUR_TOLERANCE = 1e-6;

export function isWithinTolerance(comparison: Comparison): boolean {
  const { wrongIds, hiddenStates, vectors, logits = 0, neighbours, paddingIsHarmless } = comparison;
  const differences = [hiddenStates, vectors, logits];
  return (
    wrongIds.length === 0 &&
    paddingIsHarmless &&
    differences.every((difference) => difference <= REFERENCE_TOLERANCE) &&
    neighbours <= NEIGHBOUR_TOLERANCE
  );
}

/** Runs one golden model in every form that its graph can take. */
export async function compareWithReference({ name, folder, golden }: GoldenModel): Promise<Comparison> {
  const model = await openModel(folder);
  const sentences = await compareSentences(folder, golden);
  const padded = await withSession(model, { outputs: outputsOf(golden) }, (session) =>
    comparePadded(session, model, golden),
  );
  const typed = await withSession(model, { outputs: ["last_hidden_state"], tokenTypeIds: true }, (session) =>
    compareTyped(session, model, golden),
  );
  const maskless = await withSession(model, { outputs: ["last_hidden_state"], attentionMask: false }, (session) =>
    compareMaskless(session, golden),
  );
  return {
    model: name,
    architecture: golden.architecture,
    ...(await describeWeights(model)),
    wrongIds: sentences.wrongIds,
    hiddenStates: Math.max(padded.hiddenStates, typed, maskless),
    vectors: Math.max(sentences.vectors, padded.vectors),
    logits: padded.logits,
    paddingIsHarmless: padded.paddingIsHarmless,
    neighbours: padded.neighbours,
  };
}

function outputsOf({ logits }: ModelGolden): NonNullable<OnnxModelOptions["outputs"]> {
  return ["last_hidden_state", "sentence_embedding", ...(logits === undefined ? [] : (["logits"] as const))];
}

async function describeWeights({ weightFiles }: ModelFolder) {
  const { tensors } = await openCheckpoint(weightFiles);
  const floating = [...tensors.values()].filter(({ dtype }) => dtype.includes("F"));
  const counts = floating.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  return {
    parameters: counts.reduce((sum, count) => sum + count, 0),
    storedAs: [...new Set(floating.map(({ dtype }) => dtype))].join(", "),
  };
}

async function compareSentences(folder: string | undefined, { texts }: ModelGolden) {
  await using model = await SentenceTransformer.load(folder, { workers: 1, threads: 1 });
  const inputs = texts.map(({ text }) => text);
  const tokenized = await model.tokenizer.encode(inputs, { maxLength: model.maxSeqLength });
  const vectors = await model.encode(inputs);
  return {
    wrongIds: texts.filter(({ ids }, index) => tokenized[index]?.ids.join() !== ids.join()).map(({ text }) => text),
    vectors: largest(texts.map(({ vector }, index) => difference(vectors[index], floats(vector)))),
  };
}

async function comparePadded(session: Session, model: ModelFolder, golden: ModelGolden) {
  const texts = textsOf(golden);
  const batch = pad(texts, model);
  const hidden = realTokens(await session.run(batch, "last_hidden_state"), texts);
  const together = await session.run(batch, "sentence_embedding");
  const alone = await Promise.all(texts.map((text) => session.run(pad([text], model), "sentence_embedding")));
  const withEmpty = await session.run(pad([...texts, NOTHING], model), "last_hidden_state");
  const row = (index: number): Float32Array =>
    together.data.slice((index * together.data.length) / texts.length, ((index + 1) * together.data.length) / texts.length);
  const { logits } = golden;
  return {
    hiddenStates: difference(hidden, floats(golden.hiddenStates.base64)),
    paddingIsHarmless:
      difference(realTokens(withEmpty, texts), hidden) <= REFERENCE_TOLERANCE && withEmpty.data.every(Number.isFinite),
    vectors: largest(texts.map(({ vector }, index) => difference(row(index), floats(vector)))),
    neighbours: largest(alone.map(({ data }, index) => difference(row(index), data) / Math.max(1, largest(data.map(Math.abs))))),
    logits: logits && difference((await session.run(batch, "logits")).data, floats(logits.base64)),
  };
}

async function compareTyped(session: Session, model: ModelFolder, golden: ModelGolden): Promise<number> {
  const texts = textsOf(golden);
  const { types, hiddenStates } = golden.typed ?? { types: 1, hiddenStates: golden.hiddenStates };
  const batch = pad(texts, model);
  const { dims } = batch.input_ids;
  const places = Int32Array.from(batch.input_ids.data, (_, index) => (index % (dims[1] ?? 1)) % types);
  const output = await session.run({ ...batch, token_type_ids: { data: places, dims } }, "last_hidden_state");
  return difference(realTokens(output, texts), floats(hiddenStates.base64));
}

async function compareMaskless(session: Session, golden: ModelGolden): Promise<number> {
  const rows: number[] = [];
  for (const { ids } of textsOf(golden)) {
    const feeds = { input_ids: { data: Int32Array.from(ids), dims: [1, ids.length] } };
    rows.push(...(await session.run(feeds, "last_hidden_state")).data);
  }
  return difference(Float32Array.from(rows), floats(golden.hiddenStates.base64));
}

const NOTHING = { text: "", ids: [], vector: "" };

type Texts = readonly ModelGolden["texts"][number][];

function textsOf({ texts, batch }: ModelGolden): Texts {
  return batch.flatMap((index) => texts[index] ?? []);
}

function pad(texts: Texts, { padTokenId = 0 }: ModelFolder) {
  const length = largest(texts.map(({ ids }) => ids.length));
  const dims = [texts.length, length];
  const rows = (token: (ids: readonly number[], place: number) => number): Tensor<Int32Array> => ({
    data: Int32Array.from(texts.flatMap(({ ids }) => Array.from({ length }, (_, place) => token(ids, place)))),
    dims,
  });
  return {
    input_ids: rows((ids, place) => ids[place] ?? padTokenId),
    attention_mask: rows((ids, place) => (place < ids.length ? 1 : 0)),
  } satisfies Feeds;
}

function realTokens({ data, dims: [, length = 0, size = 0] }: Tensor<Float32Array>, texts: Texts): Float32Array {
  const rows = texts.map(({ ids }, row) => data.subarray(row * length * size, (row * length + ids.length) * size));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

async function withSession<Result>(
  model: ModelFolder,
  options: OnnxModelOptions,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { bytes, weightsFolder } = emitOnnxModel(model, await openCheckpoint(model.weightFiles), options);
  const session = await openSession({ model: bytes, weightsFolder, threads: 1 });
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

function difference(vector: Float32Array | undefined, reference: Float32Array): number {
  const largest = maxDifference(vector ?? new Float32Array(), reference);
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
}

function largest(numbers: Iterable<number>): number {
  return Math.max(0, ...numbers);
}
