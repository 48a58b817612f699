import { ModelError } from "./errors.ts";

/** @throws {ModelError} `input_invalid` unless it is an array of strings; the texts themselves are never repeated. */
export function checkTexts(
  texts: unknown,
  { what = "Text" }: { what?: string } = {},
): asserts texts is readonly string[] {
  if (!Array.isArray(texts)) {
    throw new ModelError("input_invalid", `${what}s must be strings in an array, not of type ${typeof texts}.`);
  }
  const index = texts.findIndex((text) => typeof text !== "string");
  if (index === -1) return;
  throw new ModelError("input_invalid", `${what} ${index} is of type ${typeof texts[index]}, not a string.`, {
    details: { index },
  });
}

/** @throws {ModelError} `input_invalid` unless it is a whole number that the model and its special tokens leave room for. */
export function checkMaxSeqLength(
  maxSeqLength: number,
  { specialTokens, maxPositions }: { specialTokens: number; maxPositions: number },
): number {
  if (Number.isInteger(maxSeqLength) && maxSeqLength > specialTokens && maxSeqLength <= maxPositions) {
    return maxSeqLength;
  }
  throw new ModelError("input_invalid", `maxSeqLength ${maxSeqLength} does not fit the model.`, {
    hint: `Choose a whole number from ${specialTokens + 1} to ${maxPositions}.`,
    details: { maxSeqLength, specialTokens, maxPositions },
  });
}

/** @throws {ModelError} `input_invalid` unless it is a whole number from 1 to `largest`. */
export function checkCount(name: string, count: number, { largest = Infinity }: { largest?: number } = {}): number {
  if (Number.isInteger(count) && count >= 1 && count <= largest) return count;
  throw new ModelError("input_invalid", `${name} ${count} is not a whole number from 1 ${upTo(largest)}.`, {
    details: { [name]: count, largest },
  });
}

function upTo(largest: number): string {
  return largest === Infinity ? "on" : `to ${largest}`;
}
