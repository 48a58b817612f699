import { ModelError } from "./errors.ts";
import { openModel } from "./model-folder/sources.ts";
import { Tokenizer } from "./tokens/tokenizer.ts";
import type { TokenizedText } from "./tokens/tokenizer.ts";

export interface TokenizeBatchOptions {
  /** Fills shorter texts up to the longest of the batch. Without it all texts must have the same number of tokens. @default false */
  readonly padding?: boolean;
  /** Cuts longer texts off at `maxLength`, before the final special token. @default false */
  readonly truncation?: boolean;
  /** @default the longest input of the model */
  readonly maxLength?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A batch of token ids as a model takes it: three row-major arrays with the dimensions [texts, tokens]. */
export interface ModelInputs {
  readonly inputIds: Int32Array;
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: Int32Array;
  /** The segment of each token; all 0 when left out. */
  readonly tokenTypeIds?: Int32Array;
  readonly dims: readonly [texts: number, tokens: number];
}

/** Texts → the inputs of `AutoModel`, as transformers' AutoTokenizer gives them. */
export class AutoTokenizer {
  readonly tokenizer: Tokenizer;
  /** Longest input of the model in tokens, special tokens included. */
  readonly modelMaxLength: number;

  /** Takes the same names as `SentenceTransformer.load`. @throws {ModelError} */
  static async fromPretrained(model?: string): Promise<AutoTokenizer> {
    const folder = await openModel(model);
    return new AutoTokenizer(await Tokenizer.fromJson(folder.tokenizerJson, folder), folder.maxModelLength);
  }

  private constructor(tokenizer: Tokenizer, modelMaxLength: number) {
    this.tokenizer = tokenizer;
    this.modelMaxLength = modelMaxLength;
  }

  /** @throws {ModelError} `input_invalid` when texts differ in length and `padding` is off. */
  async encode(texts: string | readonly string[], options: TokenizeBatchOptions = {}): Promise<ModelInputs> {
    const { padding = false, truncation = false, maxLength = this.modelMaxLength, signal } = options;
    const limit = truncation ? maxLength : Infinity;
    const tokenized = await this.tokenizer.encode(typeof texts === "string" ? [texts] : texts, {
      maxLength: limit,
      signal,
    });
    const longest = tokenized.reduce((length, { ids }) => Math.max(length, ids.length), 0);
    if (!padding && tokenized.some(({ ids }) => ids.length !== longest)) throw ragged();
    return joinBatch(tokenized, { longest, padTokenId: this.tokenizer.padTokenId });
  }
}

function joinBatch(
  tokenized: readonly TokenizedText[],
  { longest, padTokenId }: { longest: number; padTokenId: number },
): ModelInputs {
  const size = tokenized.length * longest;
  const inputIds = new Int32Array(size).fill(padTokenId);
  const attentionMask = new Int32Array(size);
  for (const [row, { ids }] of tokenized.entries()) {
    inputIds.set(ids, row * longest);
    attentionMask.fill(1, row * longest, row * longest + ids.length);
  }
  return { inputIds, attentionMask, tokenTypeIds: new Int32Array(size), dims: [tokenized.length, longest] };
}

function ragged(): ModelError {
  return new ModelError("input_invalid", "The texts have different numbers of tokens and cannot form one batch.", {
    hint: "Pass { padding: true }.",
  });
}
