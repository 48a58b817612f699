import { ModelError } from "./errors.ts";
import { openFolder } from "./load-model.ts";
import type { SourceOptions } from "./load-model.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";
import type { TokenizedText } from "./tokens/tokenizer.ts";
import type { TruncationSide, TruncationStrategy } from "./tokens/truncation.ts";

export interface TokenizeBatchOptions {
  /** The second text of each input, for models that read pairs: as many as there are texts. */
  readonly textPair?: string | readonly string[] | undefined;
  /**
   * Fills shorter texts up: to the longest of the batch, or to `maxLength` ("max_length"). Without it all texts must
   * have the same number of tokens. @default false
   */
  readonly padding?: boolean | "max_length" | undefined;
  /** Cuts longer texts to `maxLength`, special tokens kept; `true` is "longest_first". @default false */
  readonly truncation?: boolean | TruncationStrategy | undefined;
  /** @default the longest input of the model */
  readonly maxLength?: number | undefined;
  /** @default true */
  readonly addSpecialTokens?: boolean | undefined;
  /** Whether to say where each token stands in its text. @default false */
  readonly returnOffsets?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A batch of token ids as a model takes it: row-major arrays with the dimensions [texts, tokens]. */
export interface ModelInputs {
  readonly inputIds: Int32Array;
  /** 1 for a token, 0 for padding. */
  readonly attentionMask: Int32Array;
  /** The segment of each token; all 0 when left out. */
  readonly tokenTypeIds?: Int32Array;
  /** [texts, tokens, 2]: `text.slice(start, end)` is the token; [0, 0] for special tokens and padding. When asked for. */
  readonly offsetMapping?: Int32Array;
  readonly dims: readonly [texts: number, tokens: number];
}

/** Texts → the inputs of `AutoModel`, as transformers' AutoTokenizer gives them. */
export class AutoTokenizer {
  readonly tokenizer: Tokenizer;
  /** Longest input of the model in tokens, special tokens included. */
  readonly modelMaxLength: number;

  /**
   * Takes the same names as `SentenceTransformer.load`.
   * @throws {ModelError} when the model is missing or incomplete; an abort throws the signal's reason.
   */
  static async fromPretrained(model?: string, options: SourceOptions = {}): Promise<AutoTokenizer> {
    const { folder, tokenizer } = await openFolder(model, options);
    return new AutoTokenizer(tokenizer, folder.maxModelLength);
  }

  private constructor(tokenizer: Tokenizer, modelMaxLength: number) {
    this.tokenizer = tokenizer;
    this.modelMaxLength = modelMaxLength;
  }

  /** @throws {ModelError} `input_invalid`, also when texts differ in length and `padding` is off. */
  async encode(texts: string | readonly string[], options: TokenizeBatchOptions = {}): Promise<ModelInputs> {
    const { padding = false, maxLength = this.modelMaxLength } = options;
    const tokenized = await this.#tokenize(listed(texts), { ...options, maxLength });
    const longest = tokenized.reduce((length, { ids }) => Math.max(length, ids.length), 0);
    if (padding === false && tokenized.some(({ ids }) => ids.length !== longest)) throw ragged();
    return joinBatch(tokenized, {
      tokens: padding === "max_length" ? Math.max(maxLength, longest) : longest,
      padTokenId: this.tokenizer.padTokenId,
      paddingSide: this.tokenizer.paddingSide,
      withOffsets: options.returnOffsets ?? false,
    });
  }

  async #tokenize(
    texts: readonly string[],
    { maxLength, truncation = false, textPair, addSpecialTokens, returnOffsets, signal }: TokenizeBatchOptions,
  ): Promise<readonly TokenizedText[]> {
    const limit = truncation === false ? undefined : maxLength;
    const options = { maxLength: limit, addSpecialTokens, withSpans: returnOffsets, signal };
    if (textPair === undefined) {
      if (truncation === "only_second") throw withoutSecond();
      return this.tokenizer.encode(texts, options);
    }
    const strategy = typeof truncation === "string" ? truncation : undefined;
    return this.tokenizer.encodePairs(paired(texts, listed(textPair)), { ...options, truncation: strategy });
  }
}

function listed(texts: string | readonly string[]): readonly string[] {
  return typeof texts === "string" ? [texts] : texts;
}

function paired(first: readonly string[], second: readonly string[]): [string, string][] {
  if (first.length === second.length) return first.map((text, index) => [text, second[index] ?? ""]);
  throw new ModelError("input_invalid", `${first.length} texts cannot be paired with ${second.length}.`);
}

interface BatchShape {
  readonly tokens: number;
  readonly padTokenId: number;
  readonly paddingSide: TruncationSide;
  readonly withOffsets: boolean;
}

function joinBatch(
  tokenized: readonly TokenizedText[],
  { tokens, padTokenId, paddingSide, withOffsets }: BatchShape,
): ModelInputs {
  const size = tokenized.length * tokens;
  const inputIds = new Int32Array(size).fill(padTokenId);
  const [attentionMask, tokenTypeIds] = [new Int32Array(size), new Int32Array(size)];
  const offsetMapping = withOffsets ? new Int32Array(2 * size) : undefined;
  for (const [row, { ids, typeIds, spans = [] }] of tokenized.entries()) {
    const start = row * tokens + (paddingSide === "left" ? tokens - ids.length : 0);
    inputIds.set(ids, start);
    tokenTypeIds.set(typeIds, start);
    attentionMask.fill(1, start, start + ids.length);
    offsetMapping?.set(spans.flat(), 2 * start);
  }
  const offsets = offsetMapping === undefined ? {} : { offsetMapping };
  return { inputIds, attentionMask, tokenTypeIds, ...offsets, dims: [tokenized.length, tokens] };
}

function ragged(): ModelError {
  return new ModelError("input_invalid", "The texts have different numbers of tokens and cannot form one batch.", {
    hint: "Pass { padding: true }.",
  });
}

function withoutSecond(): ModelError {
  return new ModelError("input_invalid", 'Truncation "only_second" needs a second text.', {
    hint: 'Pass { textPair }, or truncate with "longest_first".',
  });
}
