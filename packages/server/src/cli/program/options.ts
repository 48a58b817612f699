import { modelPrecisions } from "@galen/core";
import { InvalidArgumentError, Option } from "commander";

/** The lines below a command's help. */
export function examples(...lines: readonly [string, ...string[]]): string {
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
}

export function dataOption(): Option {
  return new Option("--data <folder>", "folder or file: URI of the collections (default: galen-data; env: GALEN_DATA)");
}

export function jsonOption(): Option {
  return new Option("--json", "print one JSON document and nothing else");
}

export function filterOption(): Option {
  return new Option("--filter <json>", 'only documents that match, such as {"year":{"gte":2015}}');
}

export function modelOption(): Option {
  return new Option("--model <model>", "folder, npm:<package> or hub id; the built-in model otherwise");
}

export function precisionOption(meaning = "what the model computes in"): Option {
  const description = `${meaning} (default: fp32; env: GALEN_PRECISION)`;
  return new Option("--precision <precision>", description).choices(modelPrecisions);
}

/** Ranges are the library's business; here only what is no number at all is refused. */
export function wholeNumber(value: string): number {
  if (!/^[+-]?\d+$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}

/** A whole number in a range that only the command knows. */
export function wholeNumberFrom(smallest: number, largest: number): (value: string) => number {
  return (value) => {
    const number = wholeNumber(value);
    if (number >= smallest && number <= largest) return number;
    throw new InvalidArgumentError(`It must be from ${smallest} to ${largest}.`);
  };
}
