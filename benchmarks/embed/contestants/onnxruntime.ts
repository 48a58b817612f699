// onnxruntime-node as it is mostly used in Node: an exported model, batches of 32 in the order of the texts, padded to the
// longest, with a mask, on the thread that asks; mean pooling in JavaScript. transformers.js does the same with the same
// two packages, and pads all texts of a call into one batch.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { meanPooling, normalize } from "@galen/core";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor, env } from "onnxruntime-node";
import { MAX_TOKENS } from "../workload.ts";
import { serve } from "./serve.ts";

const BATCH_TEXTS = 32;

await serve(async ({ model, onnx, threads }) => {
  const session = await InferenceSession.create(onnx, { intraOpNumThreads: threads });
  const tokenizer = new Tokenizer(JSON.parse(await readFile(join(model, "tokenizer.json"), "utf8")) as object, {});
  return {
    versions: { "onnxruntime-node": env.versions.node ?? "unknown" },
    encode: async (texts) => {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH_TEXTS) {
        const batch = texts.slice(start, start + BATCH_TEXTS).map((text) => tokenizer.encode(text).ids);
        vectors.push(...(await encodeBatch(session, batch)));
      }
      return vectors;
    },
  };
});

async function encodeBatch(session: InferenceSession, batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const longest = Math.min(MAX_TOKENS, Math.max(...batch.map((ids) => ids.length)));
  const ids = new BigInt64Array(batch.length * longest);
  const mask = new Int32Array(batch.length * longest);
  for (const [row, tokens] of batch.entries()) {
    ids.set(tokens.slice(0, longest).map(BigInt), row * longest);
    mask.fill(1, row * longest, row * longest + Math.min(tokens.length, longest));
  }
  const dims = [batch.length, longest];
  const { last_hidden_state: hidden } = await session.run({
    input_ids: new Tensor("int64", ids, dims),
    attention_mask: new Tensor("int64", BigInt64Array.from(mask, BigInt), dims),
  });
  if (!(hidden?.data instanceof Float32Array)) throw new Error("the model has no output last_hidden_state");
  return meanPooling({ lastHiddenState: { data: hidden.data, dims: hidden.dims } }, mask).map(normalize);
}
