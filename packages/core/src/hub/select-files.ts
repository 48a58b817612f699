import { ModelError } from "../errors.ts";
import { inFolder } from "./repository-index.ts";

/** Configurations and tokenizer files that any folder of a model may have. Small, and all that is there is taken. */
const SMALL_FILES = [
  "config.json",
  "modules.json",
  ...["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map(
    (name) => `sentence_${name}_config.json`,
  ),
  "config_sentence_transformers.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.txt",
  "vocab.json",
  "merges.txt",
];

export const WEIGHTS = "model.safetensors";
export const SHARD_INDEX = "model.safetensors.index.json";
/** In the order in which they are looked for, when there is no safetensors file. */
export const ONNX_MODELS: readonly string[] = ["model.onnx", "onnx/model.onnx"];
const PICKLES = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

export interface Selection {
  /** All paths of the repository. */
  readonly paths: ReadonlySet<string>;
  /** For messages. */
  readonly id: string;
  /** The folder of the encoder, empty for the root. */
  readonly encoder: string;
  /** All folders that the model is made of, the encoder's among them. */
  readonly folders: readonly string[];
  /** Names of the shards by the folder whose index names them. */
  readonly shards: ReadonlyMap<string, readonly string[]>;
}

/**
 * The files that Galen needs of a repository.
 * @throws {ModelError} `model_invalid` without a config.json, `weights_missing` without weights that can be used.
 */
export function selectFiles(selection: Selection): readonly string[] {
  const { paths, id, encoder, folders } = selection;
  if (!paths.has(inFolder(encoder, "config.json"))) {
    throw new ModelError("model_invalid", `The repository ${id} has no ${inFolder(encoder, "config.json")}.`, {
      hint: "Name a model in the format of transformers or sentence-transformers.",
      details: { id },
    });
  }
  const small = folders.flatMap((folder) =>
    SMALL_FILES.map((name) => inFolder(folder, name)).filter((path) => paths.has(path)),
  );
  return [...new Set([...small, ...folders.flatMap((folder) => selectWeights(folder, selection))])];
}

function selectWeights(folder: string, { paths, id, encoder, shards }: Selection): readonly string[] {
  const listed = (name: string): boolean => paths.has(inFolder(folder, name));
  const take = (...names: readonly string[]): readonly string[] => names.map((name) => inFolder(folder, name));
  if (listed(WEIGHTS)) return take(WEIGHTS);
  if (listed(SHARD_INDEX)) return take(SHARD_INDEX, ...checkShards(shards.get(folder) ?? [], { listed, id }));
  const [only, ...more] = [...paths].filter((path) => isSafetensorsIn(folder, path));
  if (only !== undefined && more.length === 0) return [only];
  const onnx = folder === encoder ? ONNX_MODELS.find(listed) : undefined;
  if (onnx !== undefined) return take(onnx, ...[`${onnx}_data`, `${onnx}.data`].filter(listed));
  const pickle = PICKLES.find(listed);
  if (pickle !== undefined) throw onlyPickle(id, inFolder(folder, pickle));
  if (folder === encoder) throw noWeights(id);
  return [];
}

const ADAPTER = "adapter_model.safetensors"; // of PEFT: the difference to another model's weights

function isSafetensorsIn(folder: string, path: string): boolean {
  return (
    path.endsWith(".safetensors") && !path.endsWith(ADAPTER) && inFolder(folder, path.split("/").at(-1) ?? "") === path
  );
}

function checkShards(
  names: readonly string[],
  { listed, id }: { readonly listed: (name: string) => boolean; readonly id: string },
): readonly string[] {
  const lost = names.find((name) => !listed(name));
  if (lost === undefined) return names;
  throw new ModelError(
    "weights_missing",
    `The weights file ${lost} of ${id}, which ${SHARD_INDEX} names, is not in the repository.`,
    {
      hint: "Tell the owner of the model, or name another revision.",
      details: { id, file: lost },
    },
  );
}

function noWeights(id: string): ModelError {
  return new ModelError("weights_missing", `The repository ${id} has no weights that Galen can use.`, {
    hint: `Looked for ${[WEIGHTS, SHARD_INDEX, ...ONNX_MODELS].join(", ")}.`,
    details: { id },
  });
}

function onlyPickle(id: string, file: string): ModelError {
  const conversion = `from sentence_transformers import SentenceTransformer; SentenceTransformer('${id}').save_pretrained('${id.split("/").at(-1) ?? id}')`;
  return new ModelError("weights_missing", `The repository ${id} has the weights of ${file} as a pickle only.`, {
    hint: `A pickle can run code; convert it once with: python -c "${conversion}"`,
    details: { id, file },
  });
}
