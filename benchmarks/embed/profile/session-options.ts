import type { InferenceSession } from "onnxruntime-node";

/** What Galen opens the session of a worker with (packages/core/src/tensors/session.ts). */
export function sessionOptions(weightsFolder: string): InferenceSession.SessionOptions {
  const folder = weightsFolder !== "" && { model_external_initializers_file_folder_path: weightsFolder };
  return {
    graphOptimizationLevel: "basic",
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 4,
    extra: { session: { intra_op: { allow_spinning: "0" }, ...folder } },
  };
}
