import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";

import type { EncoderFile, Feeds } from "./inference-message.ts";
import { commonOptions } from "./session-options.ts";

/** An exported encoder: token ids → hidden states. */
export interface EncoderSession {
  run(feeds: Feeds): Promise<OnnxTensor>;
  release(): Promise<void>;
}

/** Opens the file by its path, so that onnxruntime finds the weights that lie beside it. */
export async function openEncoder(
  { path, inputs, output }: EncoderFile,
  { threads }: { threads: number },
): Promise<EncoderSession> {
  const session = await InferenceSession.create(path, commonOptions(threads));
  return {
    run: async (feeds) => {
      const ids = feeds["input_ids"];
      if (ids === undefined) throw new TypeError("no input_ids");
      const tensors = Object.entries(inputs).map(([name, type]) => {
        const { data, dims } = feeds[name] ?? { data: absent(name, ids.data.length), dims: ids.dims };
        return [name, type === "int64" ? int64(data, dims) : new OnnxTensor("int32", data, dims)] as const;
      });
      const { [output]: hiddenStates } = await session.run(Object.fromEntries(tensors), [output]);
      if (hiddenStates?.dims.length !== 3)
        throw new TypeError(`the output ${output} of ${path} is not [batch, sequence, hidden]`);
      return hiddenStates;
    },
    release: () => session.release(),
  };
}

// An attention mask that is not given means that no row is padded; token types are then all 0.
function absent(name: string, length: number): Int32Array {
  return new Int32Array(length).fill(name === "attention_mask" ? 1 : 0);
}

function int64(data: Int32Array, dims: readonly number[]): OnnxTensor {
  return new OnnxTensor("int64", BigInt64Array.from(data, BigInt), dims);
}
