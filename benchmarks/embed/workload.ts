import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SentenceTransformer } from "@galen/core";
import { sample } from "../medquad.ts";
import { readMedicalPairs } from "../pubmedqa.ts";

/** Longest input of all-MiniLM-L6-v2. Longer texts are left out, so that everybody computes the same tokens. */
export const MAX_TOKENS = 256;
/** 16 tokens, special tokens included. */
export const QUERY = "Does early treatment with aspirin lower the risk of a stroke?";

/** What everybody encodes. Tokens are counted once for all, by Galen's tokenizer, special tokens included. */
export interface Workload {
  readonly source: string;
  /** A JSON file: an array of the texts. */
  readonly file: string;
  readonly texts: number;
  readonly tokens: number;
  readonly query: string;
  readonly queryTokens: number;
}

/** Takes `count` texts evenly from the data, half of them short and half long, and writes them into `folder`. */
export async function writeWorkload(
  tokenizer: Pick<SentenceTransformer, "tokenizer" | "countTokens">,
  { count, folder }: { readonly count: number; readonly folder: string },
): Promise<Workload> {
  const lengths = async (texts: readonly string[]): Promise<number[]> =>
    (await tokenizer.countTokens(texts)).map((tokens) => tokens + tokenizer.tokenizer.specialTokens);
  const { source, pairs } = readMedicalPairs();
  const longest = await lengths(pairs.map(([, long]) => long));
  const fitting = pairs.filter((_, index) => (longest[index] ?? 0) <= MAX_TOKENS);
  const texts = sample(fitting, Math.min(fitting.length, Math.ceil(count / 2)))
    .flat()
    .slice(0, count);
  const file = join(folder, `texts-${count}.json`);
  await writeFile(file, JSON.stringify(texts));
  const [queryTokens = 0] = await lengths([QUERY]);
  const tokens = (await lengths(texts)).reduce((sum, length) => sum + length, 0);
  return { source, file, texts: texts.length, tokens, query: QUERY, queryTokens };
}
