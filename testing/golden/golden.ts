import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// What the Python package `reference` wrote, for the tests that compare with it.

/** The model folder of the small BERT with random weights. */
export const tinyBertFolder: string = fileURLToPath(new URL("tiny-bert", import.meta.url));

export interface GoldenText {
  readonly text: string;
  readonly ids: readonly number[];
  /** base64 of little-endian float32 */
  readonly vector: string;
}

interface GoldenArray {
  readonly dims: readonly number[];
  readonly base64: string;
}

export interface MinilmGolden {
  readonly texts: readonly GoldenText[];
  /** Hidden states of the first two texts as one padded batch. */
  readonly modelCard: { readonly hiddenStates: GoldenArray };
}

export interface TinyBertGolden {
  readonly texts: readonly GoldenText[];
  readonly queries: readonly Omit<GoldenText, "ids">[];
  readonly batch: {
    readonly inputIds: readonly (readonly number[])[];
    readonly attentionMask: readonly (readonly number[])[];
    readonly tokenTypeIds: readonly (readonly number[])[];
    readonly hiddenStates: GoldenArray;
    readonly typedHiddenStates: GoldenArray;
  };
  readonly poolings: readonly {
    readonly modes: readonly string[];
    readonly paddedLeft: boolean;
    readonly vectors: GoldenArray;
  }[];
}

/** What the reference computed with one row of reference/rows.py. */
export interface ModelGolden {
  /** transformers' model_type */
  readonly architecture: string;
  readonly texts: readonly GoldenText[];
  /** Indices of the texts that were computed as one padded batch. */
  readonly batch: readonly number[];
  /** Of the batch's tokens without its padding, [tokens, hidden]. */
  readonly hiddenStates: GoldenArray;
  /** The same with the token types 0, 1, …, `types` - 1, 0, 1, … from left to right. */
  readonly typed?: { readonly types: number; readonly hiddenStates: GoldenArray };
  /** Of the batch. */
  readonly logits?: GoldenArray;
}

export interface GoldenModel {
  readonly name: string;
  /** A model folder as sentence-transformers saves it; absent for the built-in model. */
  readonly folder?: string;
  readonly golden: ModelGolden;
}

/** The models of reference/rows.py, made with random weights, and the built-in model with its own. */
export async function readGoldenModels(): Promise<GoldenModel[]> {
  return [await publishedMinilm(), ...(await readGoldenFolder(fileURLToPath(new URL("models", import.meta.url))))];
}

/** All models that `python -m reference` wrote into a folder, by name. */
export async function readGoldenFolder(folder: string): Promise<GoldenModel[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -".json".length),
      folder: join(folder, file.slice(0, -".json".length)),
      golden: JSON.parse(await readFile(join(folder, file), "utf8")) as ModelGolden,
    })),
  );
}

async function publishedMinilm(): Promise<GoldenModel> {
  const { texts, modelCard } = await readMinilmGolden();
  const batch = [0, 1];
  const [, length = 0, size = 0] = modelCard.hiddenStates.dims;
  const states = floats(modelCard.hiddenStates.base64);
  const tokens = batch.flatMap((row) => {
    const start = row * length * size;
    return [...states.subarray(start, start + (texts[row]?.ids.length ?? 0) * size)];
  });
  const base64 = Buffer.from(Float32Array.from(tokens).buffer).toString("base64");
  const hiddenStates = { dims: [tokens.length / size, size], base64 };
  return { name: "all-MiniLM-L6-v2 (built in)", golden: { architecture: "bert", texts, batch, hiddenStates } };
}

export const readMinilmGolden = (): Promise<MinilmGolden> => readGolden("minilm.json");
export const readTinyBertGolden = (): Promise<TinyBertGolden> => readGolden("tiny-bert.json");

export function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
}

/** The largest difference of any two components. */
export function maxDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} components against ${b.length}`);
  return a.reduce((largest, component, index) => Math.max(largest, Math.abs(component - (b[index] ?? Number.NaN))), 0);
}

async function readGolden<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(name, import.meta.url), "utf8")) as Content;
}
