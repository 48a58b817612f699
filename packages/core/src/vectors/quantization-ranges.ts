import { ModelError } from "../errors.ts";
import { vectorLength } from "./check-vectors.ts";
import type { Steps } from "./precision.ts";

/** The smallest and the largest value of every component: what `int8` and `uint8` divide into 256 steps. */
export interface QuantizationRanges {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** Ranges and how much they rest on. */
export interface CalibratedRanges extends QuantizationRanges {
  /** How many vectors were looked at. sentence-transformers warns below 100: what lies outside the ranges is clipped. */
  readonly rows: number;
}

/**
 * The ranges of vectors: give `quantizeEmbeddings` those of a hundred or more vectors like the ones to come.
 * @throws {ModelError} `input_invalid` for no vectors, or vectors that are not finite or not of one length.
 */
export function quantizationRanges(calibrationEmbeddings: readonly Float32Array[]): CalibratedRanges {
  const dimension = vectorLength(calibrationEmbeddings, { what: "Calibration vector" });
  if (calibrationEmbeddings.length === 0) throw new ModelError("input_invalid", "No vectors to take the ranges from.");
  const min = new Float32Array(dimension).fill(Infinity);
  const max = new Float32Array(dimension).fill(-Infinity);
  for (const vector of calibrationEmbeddings) {
    for (let component = 0; component < dimension; component++) {
      const value = vector[component] ?? 0;
      if (value < (min[component] ?? 0)) min[component] = value;
      if (value > (max[component] ?? 0)) max[component] = value;
    }
  }
  return { min, max, rows: calibrationEmbeddings.length };
}

/** The ranges of the vectors of both. */
export function joinRanges(one: CalibratedRanges, other: CalibratedRanges): CalibratedRanges {
  return {
    min: one.min.map((value, component) => Math.min(value, other.min[component] ?? value)),
    max: one.max.map((value, component) => Math.max(value, other.max[component] ?? value)),
    rows: one.rows + other.rows,
  };
}

/** @throws {ModelError} `input_invalid` unless each component has two finite numbers, the smaller first. */
export function checkRanges(ranges: QuantizationRanges, dimension: number): void {
  const { min, max } = ranges;
  if (min.length !== dimension || max.length !== dimension) {
    const message = `The ranges are of ${min.length} and ${max.length} components, the vectors of ${dimension}.`;
    throw new ModelError("input_invalid", message, { details: { min: min.length, max: max.length, dimension } });
  }
  const component = min.findIndex((start, index) => !Number.isFinite(stepWidth(start, max[index])));
  if (component === -1) return;
  throw new ModelError("input_invalid", `The range of component ${component} is not a smaller and a larger number.`, {
    details: { component },
  });
}

/** Divides checked ranges into steps. */
export function stepsOf({ min, max }: QuantizationRanges): Steps {
  return { starts: min, widths: min.map((start, component) => stepWidth(start, max[component])) };
}

// As numpy computes it with float32. A component that never changes has a range of 0 and takes steps of 1.
function stepWidth(start: number, end = Number.NaN): number {
  const width = Math.fround(Math.fround(end - start) / 255);
  return width === 0 ? 1 : width > 0 ? width : Number.NaN;
}
