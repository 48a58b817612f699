import { dirname, resolve } from "node:path";

import { ModelError } from "./errors.ts";
import { isFolder } from "./model-folder/file-presence.ts";
import { writeOnnxFile } from "./onnx-file/write-onnx-file.ts";
import type { WrittenOnnxModel } from "./onnx-file/write-onnx-file.ts";
import { buildGraph } from "./onnx-model.ts";
import type { OnnxModelOptions } from "./onnx-model.ts";

export interface WriteOnnxModelOptions extends OnnxModelOptions {
  /** The type of the inputs. @default "int64", as other exporters have it */
  readonly inputType?: "int32" | "int64";
  /** Whether the weights go into a file beside the model. @default only when the model would have 2 GB */
  readonly externalData?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the ONNX model of a local model folder with its weights, for any program that runs onnxruntime: the same graph
 * as `buildOnnxModel`, in one file, or in two when the weights have 2 GB and more.
 *
 * The weights keep the type that they are stored in and are widened when a session is opened. They are copied in
 * pieces, and the file appears under its name when it is complete.
 * @throws {ModelError} what `buildOnnxModel` throws, `input_invalid` when there is no folder to write into; an abort
 * throws the signal's reason, and a full disk the error of the file system.
 */
export async function writeOnnxModel(
  folder: string,
  file: string,
  { externalData, signal, inputType = "int64", ...options }: WriteOnnxModelOptions = {},
): Promise<WrittenOnnxModel> {
  const target = resolve(file);
  if (!(await isFolder(dirname(target)))) throw noFolder(target);
  const { graph, checkpoint } = await buildGraph(folder, { ...options, inputType });
  const weightsFolder = checkpoint.folder;
  return writeOnnxFile(graph.describe(), target, { weightsFolder, externalData, signal });
}

function noFolder(file: string): ModelError {
  return new ModelError("input_invalid", `There is no folder to write ${file} into.`, { details: { file } });
}
