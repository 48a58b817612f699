import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { readJsonFile, readTextFile } from "../model-folder/json-file.ts";
import { composeTokenizer, extendTokenizer } from "./compose-tokenizer.ts";
import type { TokenizerSources } from "./compose-tokenizer.ts";
import { readSentencePieceName, readVocabulary } from "./vocabulary-files.ts";
import { AddedTokenIds, SpecialTokensMap, TokenizerConfig, TokenizerDefaults } from "./tokenizer-config.ts";
import { classOfModelType, tokenizerClasses } from "./tokenizer-classes.ts";
import type { TokenizerClass, Vocabulary } from "./tokenizer-classes.ts";
import type { ParsedTokenizer } from "./tokenizer-json.ts";
import type { TruncationSide } from "./truncation.ts";

/** What the files of a model folder say about its tokenizer; `Tokenizer.fromJson(files.tokenizerJson, files)`. */
export interface TokenizerFiles {
  /**
   * A tokenizer.json that tokenizes as transformers does with this folder: its own, changed where the files
   * beside it contradict it, or one made of its vocabulary files.
   */
  readonly tokenizerJson: ParsedTokenizer;
  readonly truncationSide: TruncationSide;
  readonly paddingSide: TruncationSide;
  /** Longest input in tokens, special tokens included; `undefined` when the tokenizer sets no limit. */
  readonly modelMaxLength: number | undefined;
  /** The class of transformers that saved the tokenizer. */
  readonly tokenizerClass: string | undefined;
  /** What the tokenizer gives a model; `undefined` when its class decides. */
  readonly inputNames: readonly string[] | undefined;
}

/**
 * Reads the tokenizer of a model folder.
 * @throws {ModelError} `model_invalid` when the folder has none, or a file of it is not as expected;
 * `tokenizer_invalid` when it has one that must be converted first.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const config = (await readJsonFile(join(folder, "tokenizer_config.json"), TokenizerConfig)) ?? {};
  const text = await readTextFile(join(folder, "tokenizer.json"), { maxBytes: MAX_TOKENIZER_BYTES });
  const own = text === undefined ? undefined : { text, json: parseJson(text) };
  await setImmediate(); // the largest files take a tenth of a second
  const sources: TokenizerSources = {
    json: own && readDefaults(own.json),
    config,
    specialTokensMap: await readJsonFile(join(folder, "special_tokens_map.json"), SpecialTokensMap),
    addedTokenIds: await readJsonFile(join(folder, "added_tokens.json"), AddedTokenIds),
  };
  return {
    tokenizerJson: parsedTokenizer(await effectiveTokenizer(folder, sources), { own, defaults: sources.json }),
    truncationSide: config.truncation_side ?? sideOf(sources.json?.truncation),
    paddingSide: config.padding_side ?? sideOf(sources.json?.padding),
    modelMaxLength: config.model_max_length ?? undefined,
    tokenizerClass: config.tokenizer_class ?? undefined,
    inputNames: config.model_input_names ?? undefined,
  };
}

// The largest vocabularies in use (256,000 pieces) take 35 MB.
const MAX_TOKENIZER_BYTES = 128 * 1024 * 1024;

async function effectiveTokenizer(folder: string, sources: TokenizerSources): Promise<Record<string, unknown>> {
  const tokenizerClass = await findClass(folder, sources);
  const { json } = sources;
  if (json === undefined) {
    const vocabulary = tokenizerClass && (await readVocabulary(folder, tokenizerClass.modelType));
    if (tokenizerClass === undefined || vocabulary === undefined) throw await missing(folder);
    return composeTokenizer(tokenizerClass, vocabulary, sources);
  }
  if (tokenizerClass === undefined || (json.model.type ?? tokenizerClass.modelType) !== tokenizerClass.modelType) {
    return extendTokenizer(json, sources);
  }
  return composeTokenizer(tokenizerClass, vocabularyOf(json), sources);
}

// A file that needs no change keeps its text: it is a part of what a model is known by.
function parsedTokenizer(
  tokenizer: Record<string, unknown>,
  { own, defaults }: { own: ParsedTokenizer | undefined; defaults: TokenizerDefaults | undefined },
): ParsedTokenizer {
  const parts = ["added_tokens", "normalizer", "pre_tokenizer", "model", "post_processor"] as const;
  const unchanged = defaults !== undefined && parts.every((part) => isDeepStrictEqual(tokenizer[part], defaults[part]));
  if (unchanged && own !== undefined) return own;
  const text = JSON.stringify(tokenizer);
  return { text, json: JSON.parse(text) };
}

// AutoTokenizer.from_pretrained: the class that the files name, else that of the model type. One that is general takes
// tokenizer.json as it is, and so do we with classes that we do not know.
async function findClass(folder: string, { config }: TokenizerSources): Promise<TokenizerClass | undefined> {
  const model = await readJsonFile(join(folder, "config.json"), ModelNames);
  const named = (config.tokenizer_class ?? model?.tokenizer_class)?.replace(/Fast$/u, "");
  const ofModelType = lookUp(classOfModelType, model?.model_type);
  // Its published tokenizer_config.json names a class that was never right.
  const generic = model?.model_type === "modernbert";
  return generic ? undefined : lookUp(tokenizerClasses, named ?? ofModelType);
}

const ModelNames = z.object({ model_type: z.string().optional(), tokenizer_class: z.string().nullish() });

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string | undefined): Value | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function vocabularyOf({ model, normalizer }: TokenizerDefaults): Vocabulary {
  const normalizers = Normalizers.safeParse(normalizer).data ?? [];
  const charsmap = normalizers.find(({ precompiled_charsmap }) => precompiled_charsmap !== undefined);
  return { vocab: model.vocab, merges: model["merges"], charsmap: charsmap?.precompiled_charsmap };
}

const Normalizer = z.looseObject({ precompiled_charsmap: z.string().optional() });
const Normalizers = z.union([
  z.object({ type: z.literal("Sequence"), normalizers: z.array(Normalizer) }).transform((it) => it.normalizers),
  Normalizer.transform((normalizer) => [normalizer]),
]);

function sideOf(setting: { readonly direction: "Left" | "Right" } | null | undefined): TruncationSide {
  return setting?.direction === "Left" ? "left" : "right";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid("is not JSON", cause);
  }
}

function readDefaults(json: unknown): TokenizerDefaults {
  const parsed = TokenizerDefaults.safeParse(json);
  if (parsed.success) return parsed.data;
  throw invalid(`is not as expected: ${z.prettifyError(parsed.error)}`, parsed.error);
}

function invalid(problem: string, cause: unknown): ModelError {
  return new ModelError("tokenizer_invalid", `The model's tokenizer.json ${problem}.`, {
    cause,
    hint: "Fetch tokenizer.json again, or save it with a current version of transformers.",
  });
}

async function missing(folder: string): Promise<ModelError> {
  const sentencePiece = await readSentencePieceName(folder);
  if (sentencePiece === undefined) {
    return new ModelError("model_invalid", `The model folder ${folder} has no tokenizer.json.`, {
      hint: "A model folder holds config.json, tokenizer.json and model.safetensors, as transformers saves them.",
      details: { folder, file: "tokenizer.json" },
    });
  }
  return new ModelError("tokenizer_invalid", `The model folder ${folder} has its tokenizer only as ${sentencePiece}.`, {
    hint: `Convert it once: python -c "from transformers import AutoTokenizer as A; A.from_pretrained('.').save_pretrained('.')"`,
    details: { folder, file: sentencePiece },
  });
}
