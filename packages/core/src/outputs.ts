import { checkCount } from "./check-inputs.ts";
import type { Encoded, EncodeOptions, OutputValue } from "./encode-options.ts";
import { encodeTexts, encodeTokens } from "./encode-texts.ts";
import { ModelError } from "./errors.ts";
import type { EncodeTextsOptions, TextEncoder } from "./encode-texts.ts";
import { normalizeInPlace } from "./vectors/normalize.ts";
import { quantizers } from "./vectors/precision.ts";
import type { Precision } from "./vectors/precision.ts";
import { quantizationRanges } from "./vectors/quantization-ranges.ts";
import { givenRanges, quantizeEmbeddings, quantizeRows } from "./vectors/quantize.ts";

/** What the texts of one model are computed with. */
export interface SentenceEncoder extends TextEncoder {
  /** Components of a vector that the model computes. */
  readonly fullDimension: number;
  /** Components that are kept unless a call says otherwise. */
  readonly dimension: number;
  /** Components of a token's vector. */
  readonly tokenSize: number;
  /** Whether the model scales its vectors to length 1 by itself. */
  readonly normalized: boolean;
}

/** The options that are left when the texts have their prompt. */
type OutputOptions = Omit<EncodeOptions, "prompt" | "promptName" | "outputValue"> &
  Pick<EncodeTextsOptions, "unpooledTokens">;

/** What becomes of texts that have their prompt. */
type Output<V extends OutputValue = OutputValue> = (
  texts: readonly string[],
  encoder: SentenceEncoder,
  options: OutputOptions,
) => Promise<Encoded<Precision, V>[]>;

const outputs: { readonly [V in OutputValue]: Output<V> } = {
  sentence_embedding: sentenceEmbeddings,
  token_embeddings: tokenEmbeddings,
};

/** @throws {ModelError} `input_invalid` for an unknown name. */
export function outputNamed(name: OutputValue): Output {
  if (Object.hasOwn(outputs, name)) return outputs[name];
  throw new ModelError("input_invalid", `There is no output value ${JSON.stringify(name)}.`, {
    hint: `Choose one of ${Object.keys(outputs).join(", ")}.`,
  });
}

// sentence-transformers, `encode`: truncate, then normalize, then quantize all vectors of the call together.
async function sentenceEmbeddings(
  texts: readonly string[],
  encoder: SentenceEncoder,
  { truncateDim, normalize = false, precision = "float32", ranges, calibrationEmbeddings, ...options }: OutputOptions,
): Promise<Encoded<Precision>[]> {
  const dimension = checkCount("truncateDim", truncateDim ?? encoder.dimension, { largest: encoder.fullDimension });
  const quantization = { precision, ranges, calibrationEmbeddings };
  const given = givenRanges(quantization, { dimension, rows: texts.length });
  const vectors = await encodeTexts(texts, encoder, { ...options, dimension });
  const hasUnitLength = encoder.normalized && dimension === encoder.fullDimension;
  if (normalize && !hasUnitLength) for (const vector of vectors) normalizeInPlace(vector);
  return precision === "float32" ? vectors : quantizeEmbeddings(vectors, { precision, ranges: given });
}

// Vectors of tokens as the model gives them: truncation and scaling are for sentence vectors. All tokens of a call are
// quantized with the same ranges.
async function tokenEmbeddings(
  texts: readonly string[],
  encoder: SentenceEncoder,
  { precision = "float32", ranges, calibrationEmbeddings, ...options }: OutputOptions,
): Promise<Encoded<Precision, "token_embeddings">[]> {
  const quantization = { precision, ranges, calibrationEmbeddings };
  const { tokenSize } = encoder;
  const given = givenRanges(quantization, { dimension: tokenSize, rows: texts.length === 0 ? 0 : Infinity });
  const states = await encodeTokens(texts, encoder, options);
  if (precision === "float32") return states.map((data) => ({ data, dims: [data.length / tokenSize, tokenSize] }));
  const tokens = states.map((data) => tokensOf(data, tokenSize));
  const quantizer = quantizers[precision];
  const shared = given ?? (quantizer.usesRanges && texts.length > 0 ? quantizationRanges(tokens.flat()) : undefined);
  return tokens.map((rows) => ({
    data: quantizeRows(rows, { precision, ranges: shared }),
    dims: [rows.length, quantizer.size(tokenSize)],
  }));
}

function tokensOf(states: Float32Array, tokenSize: number): Float32Array[] {
  return Array.from({ length: states.length / tokenSize }, (_, token) =>
    states.subarray(token * tokenSize, (token + 1) * tokenSize),
  );
}
