import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";

import type { Feeds, Tensor, WorkerSetup } from "./inference-message.ts";

/** One onnxruntime session. Both functions block the thread that they run on: use them in a worker. */
export interface Session {
  /** Fetches one output, the graph's first when none is named; the others are not copied out. */
  run(feeds: Feeds, output?: string): Promise<Tensor<Float32Array>>;
  release(): Promise<void>;
}

export async function openSession({ model, weightsFolder, threads }: WorkerSetup): Promise<Session> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // "extended" would put the measured-slower SkipLayerNormalization back in place of Add and LayerNormalization.
    graphOptimizationLevel: "basic",
    // Batches come in many shapes; a remembered allocation pattern for each costs memory and gained nothing.
    enableMemPattern: false,
    logSeverityLevel: LOG_FATAL,
    extra: {
      session: {
        model_external_initializers_file_folder_path: weightsFolder,
        intra_op: { allow_spinning: "0" }, // spinning would take the core that the event loop needs
      },
    },
  });
  return { run: (feeds, output) => run(session, feeds, output), release: () => session.release() };
}

const LOG_FATAL = 4; // errors are thrown as well; a library does not print them

async function run(
  session: InferenceSession,
  feeds: Feeds,
  name = session.outputNames[0] ?? "",
): Promise<Tensor<Float32Array>> {
  const inputs = Object.entries(feeds).map(
    ([name, { data, dims }]) => [name, new OnnxTensor("int32", data, dims)] as const,
  );
  const outputs = await session.run(Object.fromEntries(inputs), [name]);
  const output = outputs[name];
  if (output === undefined || !(output.data instanceof Float32Array))
    throw new TypeError(`the graph has no float32 output ${name}`);
  return { data: output.data, dims: output.dims };
}
