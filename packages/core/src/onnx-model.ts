import { GraphBuilder } from "./graph/graph-builder.ts";
import type { Value } from "./graph/graph-builder.ts";
import { readModelFolder } from "./model-folder/model-folder.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import type { ConfiguredEncoder } from "./models/registry.ts";
import type { EncoderInputs } from "./models/architecture.ts";
import { normalizeRows } from "./vectors/normalize.ts";
import { pool } from "./vectors/pooling/pooling.ts";
import { openCheckpoint, rootScope } from "./weights/weights.ts";
import type { Checkpoint } from "./weights/weights.ts";

/** An ONNX graph whose weights stay in the files of `weightsFolder`. */
export interface OnnxModel {
  /** A serialized ModelProto; its external data are offsets into the checkpoint's own safetensors files. */
  readonly bytes: Uint8Array;
  /** The real folder of the weight files: what onnxruntime's `session.model_external_initializers_file_folder_path` needs. */
  readonly weightsFolder: string;
}

export interface OnnxModelOptions {
  /**
   * `sentence_embedding` [B,H] pools and normalizes in the graph, as the model folder says; `last_hidden_state` [B,S,H]
   * is the raw encoder.
   * @default ["sentence_embedding"]
   */
  readonly outputs?: readonly ModelOutput[];
  /**
   * Whether the graph takes an `attention_mask`, and with it padded batches. Without one all texts of a batch must
   * have the same number of tokens.
   * @default true
   */
  readonly attentionMask?: boolean;
  /** Whether the graph takes `token_type_ids`; without them all tokens have type 0. @default false */
  readonly tokenTypeIds?: boolean;
}

export type ModelOutput = "sentence_embedding" | "last_hidden_state";

/**
 * Builds the ONNX graph of a local model folder (config.json, *.safetensors and what sentence-transformers adds).
 *
 * Inputs are int32 [batch, sequence]: `input_ids`, `attention_mask` unless left out, `token_type_ids` when asked for.
 * @throws {ModelError} `model_invalid`, `weights_missing`, `weights_invalid` or `architecture_unsupported`.
 */
export async function buildOnnxModel(folder: string, options: OnnxModelOptions = {}): Promise<OnnxModel> {
  const model = await readModelFolder(folder);
  return emitOnnxModel(model, await openCheckpoint(model.weightFiles), options);
}

/** The same for a folder and a checkpoint that have been read already. */
export function emitOnnxModel(
  { encoder, poolingModes, normalize }: ModelFolder,
  checkpoint: Checkpoint,
  { outputs = ["sentence_embedding"], attentionMask = true, tokenTypeIds = false }: OnnxModelOptions = {},
): OnnxModel {
  const graph = new GraphBuilder();
  const inputs = encoderInputs(graph, { attentionMask, tokenTypeIds });
  const hiddenStates = encoder.build(graph, rootScope(checkpoint, encoder.rootNames), inputs); // [B,S,H]
  for (const output of outputs) {
    if (output === "last_hidden_state") {
      graph.output(output, hiddenStates, { type: "float32", dims: ["batch", "sequence", encoder.hiddenSize] });
    } else {
      const pooled = pool(graph, poolingModes, { hiddenStates, attentionMask: inputs.attentionMask }); // [B,D]
      const vectors = normalize ? normalizeRows(graph, pooled) : pooled;
      graph.output(output, vectors, { type: "float32", dims: ["batch", vectorSize(encoder, poolingModes)] });
    }
  }
  return { bytes: graph.finish(), weightsFolder: checkpoint.folder };
}

/** How many components a sentence vector has. */
export function vectorSize(encoder: ConfiguredEncoder, poolingModes: readonly string[]): number {
  return encoder.hiddenSize * poolingModes.length;
}

function encoderInputs(graph: GraphBuilder, wanted: { attentionMask: boolean; tokenTypeIds: boolean }): EncoderInputs {
  const tokens = (name: string): Value => graph.input(name, { type: "int32", dims: ["batch", "sequence"] });
  return {
    inputIds: tokens("input_ids"),
    ...(wanted.attentionMask && { attentionMask: tokens("attention_mask") }),
    ...(wanted.tokenTypeIds && { tokenTypeIds: tokens("token_type_ids") }),
  };
}
