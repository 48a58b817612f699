import { GraphBuilder } from "./graph/graph-builder.ts";
import type { Value } from "./graph/graph-builder.ts";
import { encodeModel } from "./graph/onnx-proto.ts";
import { splitConstants } from "./graph/split-constants.ts";
import { readModelFolder, requireSentenceModel } from "./model-folder/model-folder.ts";
import type { ModelFolder } from "./model-folder/model-folder.ts";
import type { EncoderInputs } from "./models/architecture.ts";
import { ModelError } from "./errors.ts";
import { buildSteps, tokenSize, vectorSize } from "./steps/registry.ts";
import type { Features } from "./steps/step.ts";
import { calibrateEncoder } from "./quantization/calibration.ts";
import { addLargestProducts } from "./quantization/exact-products.ts";
import { checkPrecision } from "./quantization/model-precision.ts";
import { exactWeightBytes } from "./quantization/exact-weight-bytes.ts";
import type { ModelPrecision, WeightBytes } from "./quantization/model-precision.ts";
import { openCheckpoint, rootScope, scopeOf } from "./weights/weights.ts";
import type { EncoderFile, Preparation, WorkerSetup } from "./tensors/inference-message.ts";
import type { Checkpoint, EncoderWeights } from "./weights/weights.ts";

/** An ONNX graph whose weights stay in the files of `weightsFolder`. */
export interface OnnxModel {
  /** A serialized ModelProto; its external data are offsets into the checkpoint's own safetensors files. */
  readonly bytes: Uint8Array;
  /** The real folder of the weight files: what onnxruntime's `session.model_external_initializers_file_folder_path` needs. */
  readonly weightsFolder: string;
}

/** A graph of this library and, for a folder without safetensors weights, the exported encoder that comes before it. */
export interface EmittedModel extends OnnxModel {
  readonly encoderFile: EncoderFile | undefined;
}

export interface OnnxModelOptions {
  /** The outputs of the graph, in order. @default ["sentence_embedding"] */
  readonly outputs?: readonly ModelOutput[];
  /**
   * Whether the graph takes an `attention_mask`, and with it padded batches. Without one all texts of a batch must
   * have the same number of tokens.
   * @default true
   */
  readonly attentionMask?: boolean;
  /** Whether the graph takes `token_type_ids`; without them all tokens have type 0. @default false */
  readonly tokenTypeIds?: boolean;
  /**
   * Whether the graph takes a `pooling_mask`, 1 for every token that is pooled. The encoder attends to the others all
   * the same: this is how a model that leaves its prompt out of the pooling does so. @default false
   */
  readonly poolingMask?: boolean;
  /** What the encoder's linear layers are computed in; not for a folder that has its encoder as ONNX. @default "fp32" */
  readonly precision?: ModelPrecision | undefined;
  /**
   * What the weights become in int8. For a model that goes to another machine: uint8 is right everywhere, int8 faster
   * where the processor has instructions for it and wrong elsewhere. @default what is right on this processor
   */
  readonly weightBytes?: WeightBytes | undefined;
  /** The type of the inputs. @default "int32" */
  readonly inputType?: "int32" | "int64";
}

/**
 * What a graph can give, all float32: `sentence_embedding` [B,D] is the vector after all steps of the model folder,
 * `token_embeddings` [B,S,H] one vector for each token after those steps that work on tokens, `last_hidden_state`
 * [B,S,H] the raw encoder, `logits` [B,L] the head of a sequence classification model before any activation.
 */
export type ModelOutput = "sentence_embedding" | "token_embeddings" | "last_hidden_state" | "logits";

/**
 * Builds the ONNX graph of a local model folder (config.json, *.safetensors and what sentence-transformers adds).
 *
 * Inputs are [batch, sequence]: `input_ids`, `attention_mask` unless left out, `token_type_ids` and `pooling_mask`
 * when asked for. No weight is read: the graph points into the folder's own files. `writeOnnxModel` makes a file of it
 * that needs no other.
 * @throws {ModelError} `model_not_found`, `model_invalid`, `weights_missing`, `weights_invalid`, or
 * `architecture_unsupported`, also for a folder that has its weights only as ONNX.
 */
export async function buildOnnxModel(folder: string, options: OnnxModelOptions = {}): Promise<OnnxModel> {
  const { graph, checkpoint } = await buildGraph(folder, options);
  return { bytes: graph.finish(), weightsFolder: checkpoint.folder };
}

/** The graph of a folder before it is serialized. */
export async function buildGraph(
  folder: string,
  options: OnnxModelOptions,
): Promise<{ readonly graph: GraphBuilder; readonly checkpoint: Checkpoint }> {
  const model = await readModelFolder(folder);
  if (model.onnx !== undefined) throw onnxOnly(model.onnx.file.path);
  const checkpoint = await openCheckpoint(model.weightFiles);
  return { graph: emitGraph(model, checkpoint, await withWeightBytes(options)), checkpoint };
}

/** What is right on this processor, where the caller does not say it. */
export async function withWeightBytes(options: OnnxModelOptions): Promise<OnnxModelOptions> {
  if (options.precision !== "int8" || options.weightBytes !== undefined) return options;
  return { ...options, weightBytes: await exactWeightBytes() };
}

/** The same for a folder and a checkpoint that have been read already; the folder may also be one with an ONNX encoder. */
export function emitOnnxModel(
  folder: ModelFolder,
  checkpoint: Checkpoint,
  options: OnnxModelOptions = {},
): EmittedModel {
  const bytes = emitGraph(folder, checkpoint, options).finish();
  return { bytes, weightsFolder: checkpoint.folder, encoderFile: folder.onnx?.file };
}

/** The same for workers: in int8 one of them quantizes the weights for all. */
export function emitForWorkers(
  folder: ModelFolder,
  checkpoint: Checkpoint,
  options: OnnxModelOptions,
): Omit<WorkerSetup, "threads" | "preparation"> & { readonly preparation?: Omit<Preparation, "threads"> } {
  const graph = emitGraph(folder, checkpoint, options);
  const files = { weightsFolder: checkpoint.folder, encoderFile: folder.onnx?.file };
  if (options.precision !== "int8") return { model: graph.finish(), ...files };
  addLargestProducts(graph);
  const { preparation, model, constants } = splitConstants(graph.describe());
  return {
    model: encodeModel(model).finish(),
    preparation: { model: encodeModel(preparation).finish(), reported: constants },
    ...files,
  };
}

function emitGraph(
  folder: ModelFolder,
  checkpoint: Checkpoint,
  { outputs = ["sentence_embedding"], precision = "fp32", weightBytes, ...wanted }: OnnxModelOptions,
): GraphBuilder {
  const { encoder, onnx, steps } = folder;
  checkPrecision(precision);
  if (precision === "int8" && onnx !== undefined) throw fixedPrecision(onnx.file.path);
  if (outputs.includes("sentence_embedding")) requireSentenceVectors(folder);
  const graph = new GraphBuilder(checkpoint.folder, { precision, weightBytes });
  const { poolingMask, ...inputs } = graphInputs(graph, wanted);
  const weights = onnx === undefined ? rootScope(checkpoint, encoder.rootNames) : withoutRoot(checkpoint);
  if (precision === "int8") calibrateEncoder(graph, weights, encoder);
  const hiddenStates = encoder.build(graph, weights, inputs); // [B,S,H]
  const context = { checkpoint, attentionMask: inputs.attentionMask, poolingMask };
  const features: Features = outputs.some((output) => AFTER_STEPS.has(output))
    ? buildSteps(graph, steps, { token_embeddings: hiddenStates }, context)
    : {};

  const makers: Record<ModelOutput, () => Output> = {
    last_hidden_state: () => ({ value: hiddenStates, dims: ["batch", "sequence", encoder.hiddenSize] }),
    token_embeddings: () => ({
      value: features.token_embeddings,
      dims: ["batch", "sequence", tokenSize(steps, encoder)],
    }),
    sentence_embedding: () => ({ value: features.sentence_embedding, dims: ["batch", vectorSize(steps, encoder)] }),
    logits: () => ({
      value: encoder.classify?.(graph, weights, hiddenStates, inputs),
      dims: ["batch", encoder.labels],
    }),
  };
  for (const output of new Set(outputs)) {
    const { dims, value } = makers[output]();
    if (value === undefined) throw unsupportedOutput(output);
    graph.output(output, value, { type: "float32", dims });
  }
  return graph;
}

function requireSentenceVectors(folder: ModelFolder): void {
  requireSentenceModel(folder);
  vectorSize(folder.steps, folder.encoder); // before any weight is looked at, it tells which step does not fit
}

interface Output {
  readonly value: Value | undefined;
  readonly dims: readonly (string | number)[];
}

const AFTER_STEPS: ReadonlySet<ModelOutput> = new Set(["token_embeddings", "sentence_embedding"]);

const INT32 = 6; // TensorProto.DataType

function graphInputs(
  graph: GraphBuilder,
  { attentionMask = true, tokenTypeIds = false, poolingMask = false, inputType = "int32" }: OnnxModelOptions,
): EncoderInputs & { readonly poolingMask: Value | undefined } {
  const tokens = (name: string): Value => {
    const given = graph.input(name, { type: inputType, dims: ["batch", "sequence"] });
    return inputType === "int32" ? given : graph.node("Cast", [given], { to: INT32 });
  };
  return {
    inputIds: tokens("input_ids"),
    ...(attentionMask && { attentionMask: tokens("attention_mask") }),
    ...(tokenTypeIds && { tokenTypeIds: tokens("token_type_ids") }),
    poolingMask: poolingMask ? tokens("pooling_mask") : undefined,
  };
}

// An exported encoder has its weights in its own file.
function withoutRoot(checkpoint: Checkpoint): EncoderWeights {
  const weights = scopeOf(checkpoint, "");
  return { ...weights, outside: weights };
}

function onnxOnly(file: string): ModelError {
  return new ModelError(
    "architecture_unsupported",
    `The model has no safetensors weights, only the ONNX file ${file}.`,
    {
      hint: "That file is an ONNX model already; SentenceTransformer computes what follows it.",
      details: { file },
    },
  );
}

function fixedPrecision(file: string): ModelError {
  return new ModelError(
    "precision_unsupported",
    `The precision int8 needs safetensors weights; the encoder is ${file}.`,
    {
      hint: "Use fp32, or a folder with safetensors weights: an ONNX file computes as it was exported.",
      details: { file, precision: "int8" },
    },
  );
}

function unsupportedOutput(output: ModelOutput): ModelError {
  return new ModelError("architecture_unsupported", `The model has no output ${output}.`, {
    hint: "Only models of transformers' …ForSequenceClassification have logits.",
    details: { output },
  });
}
