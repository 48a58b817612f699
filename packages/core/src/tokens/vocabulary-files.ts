import { join } from "node:path";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { isPresent } from "../model-folder/file-presence.ts";
import { readJsonFile, readTextFile } from "../model-folder/json-file.ts";
import type { TokenizerClass, Vocabulary } from "./tokenizer-classes.ts";

// The files of the time before tokenizer.json.

/** The vocabulary of a model of this kind, from vocab.txt or from vocab.json and merges.txt; `undefined` without them. */
export async function readVocabulary(
  folder: string,
  modelType: TokenizerClass["modelType"],
): Promise<Vocabulary | undefined> {
  if (modelType === "WordPiece") return readWordPieces(folder);
  if (modelType === "BPE") return readMerges(folder);
  return undefined;
}

// Vocabularies and merges of 256,000 pieces take 5 MB.
const MAX_VOCABULARY_BYTES = 32 * 1024 * 1024;

async function readWordPieces(folder: string): Promise<Vocabulary | undefined> {
  const text = await readTextFile(join(folder, "vocab.txt"), { maxBytes: MAX_VOCABULARY_BYTES });
  if (text === undefined) return undefined;
  const lines = text.replace(/\n$/u, "").split("\n");
  // A piece that stands twice has its last place, as a dictionary has it.
  return { vocab: Object.fromEntries(lines.map((line, index) => [line.replace(TRAILING_SPACE, ""), index])) };
}

// What Rust takes for white space.
const TRAILING_SPACE = /[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+$/u;

async function readMerges(folder: string): Promise<Vocabulary | undefined> {
  const vocab = await readJsonFile(join(folder, "vocab.json"), z.record(z.string(), z.int().nonnegative()));
  const text = await readTextFile(join(folder, "merges.txt"), { maxBytes: MAX_VOCABULARY_BYTES });
  if (vocab === undefined || text === undefined) return undefined;
  const lines = text.split("\n").map((line) => line.replace(/\r$/u, ""));
  const merges = lines.filter((line) => line !== "" && !line.startsWith("#version")).map((line) => line.split(" "));
  const wrong = merges.findIndex((merge) => merge.length !== 2);
  if (wrong === -1) return { vocab, merges };
  throw new ModelError("tokenizer_invalid", `Merge ${wrong} in ${join(folder, "merges.txt")} is not two pieces.`, {
    hint: "Fetch merges.txt again.",
    details: { file: "merges.txt", merge: wrong },
  });
}

const sentencePieceNames = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "spm.model"];

/** The name of the SentencePiece model in a folder, if there is one. */
export async function readSentencePieceName(folder: string): Promise<string | undefined> {
  for (const name of sentencePieceNames) if (await isPresent(join(folder, name))) return name;
  return undefined;
}
