import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// What generate.py wrote, for the tests that compare with it.

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
