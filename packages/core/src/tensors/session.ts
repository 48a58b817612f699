import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";

import { openEncoder } from "./encoder-session.ts";
import type { Feeds, Tensor, WorkerSetup } from "./inference-message.ts";
import { free } from "./free.ts";
import { sessionOptions } from "./session-options.ts";

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

async function openGraph({ model, weightsFolder, threads }: WorkerSetup): Promise<InferenceSession> {
  const bytes = new Uint8Array(model); // onnxruntime-node takes no memory that threads share
  const session = await InferenceSession.create(bytes, {
    ...sessionOptions({ threads, weightsFolder }),
    // "extended" would put the measured-slower SkipLayerNormalization back in place of Add and LayerNormalization.
    graphOptimizationLevel: "basic",
  });
  free(bytes);
  return session;
}

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
