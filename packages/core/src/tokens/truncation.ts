import { ModelError } from "../errors.ts";

/** Which of two sequences is cut when both together are too long, by the names of transformers. */
export const truncationStrategies = ["longest_first", "only_first", "only_second"] as const;
export type TruncationStrategy = (typeof truncationStrategies)[number];

/** The end of a sequence at which tokens are cut off. */
export type TruncationSide = "left" | "right";

/**
 * How many tokens two sequences keep when they share `budget` tokens.
 *
 * tokenizers, utils/truncation.rs, truncate_encodings: "longest first" takes from the longer one until both are equally
 * long; of an odd budget the longer one keeps the odd token, and the second when both are equally long.
 * @throws {ModelError} `input_invalid` when the one sequence that may be cut would have nothing left.
 */
export function keptLengths(
  [first, second]: readonly [first: number, second: number],
  { budget, strategy = "longest_first" }: { budget: number; strategy?: TruncationStrategy | undefined },
): [first: number, second: number] {
  const excess = first + second - budget;
  if (excess <= 0) return [first, second];
  if (strategy === "only_first") return [shortened(first, { excess, strategy }), second];
  if (strategy === "only_second") return [first, shortened(second, { excess, strategy })];
  const half = Math.floor(budget / 2);
  const shorter = Math.min(first, second, half);
  return first > second ? [budget - shorter, shorter] : [shorter, budget - shorter];
}

function shortened(length: number, { excess, strategy }: { excess: number; strategy: TruncationStrategy }): number {
  if (length > excess) return length - excess;
  throw new ModelError(
    "input_invalid",
    `Truncation "${strategy}" cannot remove ${excess} tokens from a sequence of ${length}.`,
    {
      hint: 'Truncate with "longest_first", or raise the limit.',
      details: { strategy, excess, length },
    },
  );
}

/** The part of a sequence that stays: its beginning, or its end when it is cut at the left. */
export function keep<Sequence extends { readonly length: number; slice(start: number, end: number): Sequence }>(
  sequence: Sequence,
  length: number,
  side: TruncationSide,
): Sequence {
  if (length >= sequence.length) return sequence;
  return side === "right" ? sequence.slice(0, length) : sequence.slice(sequence.length - length, sequence.length);
}
