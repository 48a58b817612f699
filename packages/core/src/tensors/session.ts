import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";

import { openEncoder } from "./encoder-session.ts";
import type { Feeds, Tensor, WorkerSetup } from "./inference-message.ts";
import { commonOptions } from "./session-options.ts";

/** One onnxruntime session, or two in a row. Both functions block the thread that they run on: use them in a worker. */
export interface Session {
  /** Fetches one output, the graph's first when none is named; the others are not copied out. */
  run(feeds: Feeds, output?: string): Promise<Tensor<Float32Array>>;
  release(): Promise<void>;
}

export async function openSession(setup: WorkerSetup): Promise<Session> {
  const encoder = setup.encoderFile && (await openEncoder(setup.encoderFile, setup));
  const session = await openGraph(setup);
  return {
    run: async (feeds, output) => {
      const hiddenStates = encoder && { hidden_states: await encoder.run(feeds) };
      return run(session, { ...tensorsOf(feeds), ...hiddenStates }, output);
    },
    release: async () => {
      await encoder?.release();
      await session.release();
    },
  };
}

function openGraph({ model, weightsFolder, threads }: WorkerSetup): Promise<InferenceSession> {
  const { extra, ...options } = commonOptions(threads);
  return InferenceSession.create(model, {
    ...options,
    // "extended" would put the measured-slower SkipLayerNormalization back in place of Add and LayerNormalization.
    graphOptimizationLevel: "basic",
    extra: {
      session: {
        ...extra.session,
        x64quantprecision: EXACT_INT8,
        model_external_initializers_file_folder_path: weightsFolder,
      },
    },
  });
}

// The AVX2 instruction for uint8 × int8 saturates; onnxruntime then takes a slower way on processors without VNNI.
const EXACT_INT8 = "1";

function tensorsOf(feeds: Feeds): InferenceSession.FeedsType {
  const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [name, new OnnxTensor("int32", data, dims)]);
  return Object.fromEntries(tensors) as InferenceSession.FeedsType;
}

async function run(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  name = session.outputNames[0] ?? "",
): Promise<Tensor<Float32Array>> {
  const wanted = Object.entries(feeds).filter(([input]) => session.inputNames.includes(input));
  const outputs = await session.run(Object.fromEntries(wanted), [name]);
  const output = outputs[name];
  if (output === undefined || !(output.data instanceof Float32Array))
    throw new TypeError(`the graph has no float32 output ${name}`);
  return { data: output.data, dims: output.dims };
}
