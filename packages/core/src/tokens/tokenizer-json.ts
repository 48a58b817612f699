import { setImmediate } from "node:timers/promises";

import { Tokenizer as RustTokenizer } from "tokenizers";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { ChunkedEngine } from "./chunked-engine.ts";
import { findChunkRules } from "./chunk-rules.ts";
import { RustEngine } from "./rust-engine.ts";
import { TokenizerJson } from "./tokenizer-schema.ts";
import { readSequenceTemplate } from "./sequence-template.ts";
import type { SequenceTemplate } from "./sequence-template.ts";
import type { TokenizerEngine } from "./tokenizer-engine.ts";

/** What a tokenizer.json describes. */
export interface TokenizerParts {
  readonly engine: TokenizerEngine;
  readonly template: SequenceTemplate;
  /** Largest token id + 1, added tokens included. */
  readonly vocabularySize: number;
  readonly padTokenId: number | undefined;
  readonly decode: (ids: readonly number[]) => Promise<string>;
}

/** The text of a tokenizer.json and what `JSON.parse` makes of it: the largest take a tenth of a second each time. */
export interface ParsedTokenizer {
  readonly text: string;
  readonly json: unknown;
}

/**
 * Reads a tokenizer in a few steps, between which other events have their turn: each takes tens of milliseconds for
 * the largest files.
 * @throws {ModelError} `tokenizer_invalid`
 */
export async function readTokenizer(
  given: string | ParsedTokenizer,
  { lowerCase = false }: { lowerCase?: boolean } = {},
): Promise<TokenizerParts> {
  const own = typeof given === "string" ? { text: given, json: parseJson(given) } : given;
  const parsed = lowerCase ? withLowercase(own.json) : own.json;
  await setImmediate();
  const described = TokenizerJson.safeParse(parsed);
  if (!described.success) throw invalid(`is not as expected: ${firstProblems(described.error)}`, described.error);
  const template = readSequenceTemplate(described.data.post_processor);
  await setImmediate();
  const rust = parseTokenizer(parsed === own.json ? own.text : JSON.stringify(parsed));
  await setImmediate();
  const engine = new RustEngine(rust);
  const rules = findChunkRules(described.data);
  return {
    engine: rules === undefined ? engine : new ChunkedEngine(rules, engine),
    template,
    vocabularySize: 1 + largestId(described.data, rust),
    padTokenId: rust.tokenToId("[PAD]") ?? rust.tokenToId("<pad>") ?? undefined,
    decode: (ids) => rust.decode([...ids], true),
  };
}

// sentence-transformers, base/modules/transformer.py: do_lower_case puts Lowercase before the other normalizers, unless
// one stands there already.
function withLowercase(json: unknown): unknown {
  const { success, data } = Normalized.safeParse(json);
  if (!success) return json;
  const { normalizer } = data;
  const normalizers = normalizer?.type === "Sequence" ? (normalizer.normalizers ?? []) : normalizer ? [normalizer] : [];
  if (normalizers.some(({ type }) => type === "Lowercase")) return json;
  return { ...data, normalizer: { type: "Sequence", normalizers: [{ type: "Lowercase" }, ...normalizers] } };
}

const Normalized = z.looseObject({
  normalizer: z
    .looseObject({ type: z.string(), normalizers: z.array(z.looseObject({ type: z.string() })).optional() })
    .nullish(),
});

// A list of thousands may be wrong in every place.
function firstProblems(error: z.ZodError): string {
  return z.prettifyError(new z.ZodError(error.issues.slice(0, 3)));
}

// The library numbers added tokens by itself: the id in the file is a wish.
function largestId({ model: { vocab }, added_tokens: added }: TokenizerJson, rust: RustTokenizer): number {
  const inVocabulary = Array.isArray(vocab) ? vocab.length - 1 : largest(vocab.values());
  return Math.max(inVocabulary, largest(added.map(({ content }) => rust.tokenToId(content) ?? 0)));
}

function largest(numbers: Iterable<number>): number {
  let most = 0;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw invalid("is not JSON", cause);
  }
}

function parseTokenizer(json: string): RustTokenizer {
  try {
    const rust = RustTokenizer.fromString(json);
    rust.disablePadding();
    rust.disableTruncation();
    return rust;
  } catch (cause) {
    throw invalid(`does not describe a tokenizer${cause instanceof Error ? `: ${cause.message}` : ""}`, cause);
  }
}

function invalid(problem: string, cause: unknown): ModelError {
  return new ModelError("tokenizer_invalid", `The model's tokenizer.json ${problem}.`, {
    cause,
    hint: "Fetch tokenizer.json again, or save it with a current version of transformers.",
  });
}
