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

/** @throws {ModelError} `tokenizer_invalid` */
export function readTokenizer(text: string, { lowerCase = false }: { lowerCase?: boolean } = {}): TokenizerParts {
  const own = parseJson(text);
  const parsed = lowerCase ? withLowercase(own) : own;
  const json = parsed === own ? text : JSON.stringify(parsed);
  const described = TokenizerJson.safeParse(parsed);
  if (!described.success) throw invalid(`is not as expected: ${firstProblems(described.error)}`, described.error);
  const template = readSequenceTemplate(described.data.post_processor);
  const rust = parseTokenizer(json);
  const engine = new RustEngine(rust);
  const rules = findChunkRules(parsed);
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
  const inVocabulary = Array.isArray(vocab) ? vocab.length - 1 : largest(Object.values(vocab));
  return Math.max(inVocabulary, largest(added.map(({ content }) => rust.tokenToId(content) ?? 0)));
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
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
