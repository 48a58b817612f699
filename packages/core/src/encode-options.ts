import type { ComputeOptions } from "./compute-batches.ts";
import type { PromptChoice } from "./prompts.ts";
import type { Precision, VectorOfPrecision } from "./vectors/precision.ts";
import type { QuantizationRanges } from "./vectors/quantization-ranges.ts";

/** What `encode` gives for each text, by the names of sentence-transformers. */
export type OutputValue = "sentence_embedding" | "token_embeddings";

/** The options of sentence-transformers' `encode` that choose the result, and those of a call in a server. */
export interface EncodeOptions<P extends Precision = Precision, V extends OutputValue = OutputValue>
  extends ComputeOptions, PromptChoice {
  /** One vector for each text, or one for each of its tokens, special tokens included. @default "sentence_embedding" */
  readonly outputValue?: V | undefined;
  /** Keeps the first components of a sentence vector, at most `dimension` (Matryoshka models). @default all of them */
  readonly truncateDim?: number | undefined;
  /** Scales sentence vectors to length 1, after `truncateDim`, where the model did not do so. @default false */
  readonly normalize?: boolean | undefined;
  /** How components are stored; see `quantizeEmbeddings`. @default "float32" */
  readonly precision?: P | undefined;
  /**
   * For `int8` and `uint8`: the ranges of the components. Vectors of different calls can be compared only when they
   * were given the same. @default those of `calibrationEmbeddings`, else of the call's own vectors, at least two
   */
  readonly ranges?: QuantizationRanges | undefined;
  /** For `int8` and `uint8`: float32 vectors to take the ranges from, a hundred or more. */
  readonly calibrationEmbeddings?: readonly Float32Array[] | undefined;
}

/** The vectors of one text's tokens, special tokens included. */
export interface TokenEmbeddings<P extends Precision = "float32"> {
  /** Row-major [tokens, components]; `binary` and `ubinary` hold eight components in an element. */
  readonly data: VectorOfPrecision[P];
  readonly dims: readonly [tokens: number, elements: number];
}

/** What `encode` gives for one text, by the precision and the output that the options name. */
export type Encoded<P extends Precision = "float32", V extends OutputValue = "sentence_embedding"> = {
  readonly sentence_embedding: VectorOfPrecision[P];
  readonly token_embeddings: TokenEmbeddings<P>;
}[V];

/** One text, or many. */
export type TextInput = string | readonly string[];

/** One result for one text, an array for many. */
export type EncodedInput<Input extends TextInput, P extends Precision, V extends OutputValue> = Input extends string
  ? Encoded<P, V>
  : Encoded<P, V>[];
