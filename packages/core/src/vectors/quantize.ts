import { ModelError } from "../errors.ts";
import { vectorLength } from "./check-vectors.ts";
import { precisions, quantizers } from "./precision.ts";
import type { Precision, Quantizer, VectorOfPrecision } from "./precision.ts";
import { checkRanges, quantizationRanges, stepsOf } from "./quantization-ranges.ts";
import type { QuantizationRanges } from "./quantization-ranges.ts";

/** What vectors become, and the ranges for it. */
export interface QuantizeOptions<P extends Precision = Precision> {
  readonly precision: P;
  /** For `int8` and `uint8`. @default the ranges of `calibrationEmbeddings` */
  readonly ranges?: QuantizationRanges | undefined;
  /** Vectors like those to come, to take the ranges from. @default the vectors themselves, of which there must be two */
  readonly calibrationEmbeddings?: readonly Float32Array[] | undefined;
}

/**
 * Stores vectors in fewer bytes: a quarter of float32 for `int8` and `uint8`, one bit a component for `binary` and
 * `ubinary`. The rows of the result are views on one buffer.
 *
 * `int8` and `uint8` depend on their ranges: vectors can be compared only when they were quantized with the same.
 * @throws {ModelError} `input_invalid` for components that are not finite, vectors or ranges of another length, an
 * unknown precision, and for ranges that would have to come from a single vector.
 */
export function quantizeEmbeddings<P extends Precision>(
  vectors: readonly Float32Array[],
  options: QuantizeOptions<P>,
): VectorOfPrecision[P][] {
  const dimension = vectorLength(vectors, { what: "Vector" });
  const ranges = givenRanges(options, { dimension, rows: vectors.length });
  const stored = quantizeRows(vectors, { precision: options.precision, ranges });
  const size = quantizers[options.precision].size(dimension);
  return vectors.map((_, row) => stored.subarray(row * size, (row + 1) * size) as VectorOfPrecision[P]);
}

/** The same for vectors and options that have been checked: one array that holds the rows one after another. */
export function quantizeRows<P extends Precision>(
  vectors: readonly Float32Array[],
  { precision, ranges }: { readonly precision: P; readonly ranges: QuantizationRanges | undefined },
): VectorOfPrecision[P] {
  const quantizer: Quantizer<P> = quantizers[precision];
  const steps = quantizer.usesRanges && vectors.length > 0 ? stepsOf(ranges ?? quantizationRanges(vectors)) : NO_STEPS;
  const size = quantizer.size(vectors[0]?.length ?? 0);
  const all = quantizer.allocate(vectors.length * size);
  for (const [row, vector] of vectors.entries()) {
    quantizer.write(vector, all.subarray(row * size, (row + 1) * size) as VectorOfPrecision[P], steps);
  }
  return all;
}

/**
 * Checks the options, before there are vectors if need be.
 * @returns the ranges to take; `undefined` where the vectors themselves are to tell them or none are needed.
 * @throws {ModelError} `input_invalid`
 */
export function givenRanges(
  { precision, ranges, calibrationEmbeddings }: QuantizeOptions,
  { dimension, rows }: { dimension: number; rows: number },
): QuantizationRanges | undefined {
  if (!Object.hasOwn(quantizers, precision)) throw unknownPrecision(precision);
  if (!quantizers[precision].usesRanges || rows === 0) return undefined;
  const given = ranges ?? (calibrationEmbeddings && quantizationRanges(calibrationEmbeddings));
  if (given !== undefined) checkRanges(given, dimension);
  else if (rows === 1) throw singleVector(precision);
  return given;
}

const NO_STEPS = { starts: new Float32Array(), widths: new Float32Array() };

function unknownPrecision(precision: string): ModelError {
  return new ModelError("input_invalid", `There is no precision ${JSON.stringify(precision)}.`, {
    hint: `Choose one of ${precisions.join(", ")}.`,
    details: { precisions },
  });
}

function singleVector(precision: Precision): ModelError {
  return new ModelError("input_invalid", `A single vector does not tell the ranges of ${precision}.`, {
    hint: "Give `ranges`, taken with quantizationRanges() from vectors like those to come.",
    details: { precision },
  });
}
