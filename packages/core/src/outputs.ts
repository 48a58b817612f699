import { checkCount } from "./check-inputs.ts";
import type { BatchSource, ComputeOptions } from "./compute-batches.ts";
import type { Encoded, EncodeOptions, OutputValue, TokenEmbeddings } from "./encode-options.ts";
import { encodeTexts, encodeTokens } from "./encode-texts.ts";
import type { TextEncoder } from "./encode-texts.ts";
import { ModelError } from "./errors.ts";
import { Turn } from "./tokens/turn.ts";
import { quantizers } from "./vectors/precision.ts";
import type { Precision } from "./vectors/precision.ts";
import { quantizeInTurns, rangesInTurns } from "./vectors/quantize-in-turns.ts";
import { givenRanges, quantizeRows } from "./vectors/quantize.ts";

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
type OutputOptions = Omit<EncodeOptions, "prompt" | "promptName" | "outputValue">;

/** Inputs → what a caller asked for, in order. */
type Compute<V extends OutputValue> = (
  source: BatchSource,
  options: ComputeOptions,
) => Promise<Encoded<Precision, V>[]>;

/**
 * One kind of result.
 * @param rows how many texts there are: whether they can tell ranges by themselves.
 * @throws {ModelError} `input_invalid` for options of no sense, before anything is computed.
 */
type Output<V extends OutputValue = OutputValue> = (
  encoder: SentenceEncoder,
  options: OutputOptions,
  rows: number,
) => Compute<V>;

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
function sentenceEmbeddings(
  encoder: SentenceEncoder,
  { truncateDim, normalize = false, precision = "float32", ranges, calibrationEmbeddings }: OutputOptions,
  rows: number,
): Compute<"sentence_embedding"> {
  const dimension = checkCount("truncateDim", truncateDim ?? encoder.dimension, { largest: encoder.fullDimension });
  const given = givenRanges({ precision, ranges, calibrationEmbeddings }, { dimension, rows });
  const hasUnitLength = encoder.normalized && dimension === encoder.fullDimension;
  return async (source, options) => {
    const vectors = await encodeTexts(source, encoder, {
      ...options,
      dimension,
      normalize: normalize && !hasUnitLength,
    });
    if (precision === "float32") return vectors;
    return quantizeInTurns(vectors, { precision, ranges: given, signal: options.signal });
  };
}

// Vectors of tokens as the model gives them: truncation and scaling are for sentence vectors. All tokens of a call are
// quantized with the same ranges.
function tokenEmbeddings(
  encoder: SentenceEncoder,
  { precision = "float32", ranges, calibrationEmbeddings }: OutputOptions,
  rows: number,
): Compute<"token_embeddings"> {
  const { tokenSize } = encoder;
  const tokens = rows === 0 ? 0 : Infinity; // those of a single text are many
  const given = givenRanges({ precision, ranges, calibrationEmbeddings }, { dimension: tokenSize, rows: tokens });
  return async (source, options) => {
    const states = await encodeTokens(source, encoder, options);
    if (precision === "float32") return states.map((data) => ({ data, dims: [data.length / tokenSize, tokenSize] }));
    const quantizer = quantizers[precision];
    const tokens = states.map((data) => tokensOf(data, tokenSize));
    const turn = new Turn(options.signal);
    const shared = given ?? (quantizer.usesRanges ? await rangesInTurns(tokens.flat(), turn) : undefined);
    const results: TokenEmbeddings<Precision>[] = [];
    for (const ofText of tokens) {
      if (turn.isOver()) await turn.next();
      const data = quantizeRows(ofText, { precision, ranges: shared });
      results.push({ data, dims: [ofText.length, quantizer.size(tokenSize)] });
    }
    return results;
  };
}

function tokensOf(states: Float32Array, tokenSize: number): Float32Array[] {
  return Array.from({ length: states.length / tokenSize }, (_, token) =>
    states.subarray(token * tokenSize, (token + 1) * tokenSize),
  );
}
