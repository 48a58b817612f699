import { join } from "node:path";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { readJsonFile, readTextFile } from "../model-folder/json-file.ts";
import type { TruncationSide } from "./truncation.ts";

/** What the files of a model folder say about its tokenizer; `Tokenizer.fromJson(files.tokenizerJson, files)`. */
export interface TokenizerFiles {
  /** The text of tokenizer.json: the folder's own, or one made of its vocabulary files. */
  readonly tokenizerJson: string;
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
 * @throws {ModelError} `model_invalid` when the folder has none, or a file of it is not as expected.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const config = await readJsonFile(join(folder, "tokenizer_config.json"), TokenizerConfig);
  const tokenizerJson = await readTextFile(join(folder, "tokenizer.json"), { maxBytes: MAX_TOKENIZER_BYTES });
  if (tokenizerJson === undefined) throw missing(folder);
  return {
    tokenizerJson,
    truncationSide: config?.truncation_side ?? "right",
    paddingSide: config?.padding_side ?? "right",
    modelMaxLength: config?.model_max_length ?? undefined,
    tokenizerClass: config?.tokenizer_class ?? undefined,
    inputNames: config?.model_input_names ?? undefined,
  };
}

// The largest vocabularies in use (256,000 pieces) take 35 MB.
const MAX_TOKENIZER_BYTES = 128 * 1024 * 1024;

const Side = z.enum(["left", "right"]);

/** tokenizer_config.json. transformers writes 1e30 for "no limit". */
const TokenizerConfig = z.looseObject({
  model_max_length: z.number().positive().nullish(),
  truncation_side: Side.nullish(),
  padding_side: Side.nullish(),
  tokenizer_class: z.string().nullish(),
  model_input_names: z.array(z.string()).nullish(),
});

function missing(folder: string): ModelError {
  return new ModelError("model_invalid", `The model folder ${folder} has no tokenizer.json.`, {
    hint: "A model folder holds config.json, tokenizer.json and model.safetensors, as transformers saves them.",
    details: { folder, file: "tokenizer.json" },
  });
}
