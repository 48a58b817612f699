// The thread of `SessionThread`: a session like that of a Galen worker, and nothing else.
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { sessionOptions } from "../embed/profile/session-options.ts";
import type { SessionAnswer, SessionSetup } from "./session-thread-handle.ts";

const { model, weightsFolder } = workerData as SessionSetup;
const session = await InferenceSession.create(model, sessionOptions(weightsFolder));

parentPort?.on("message", (ids: Int32Array) => void answer(ids));

async function answer(ids: Int32Array): Promise<void> {
  const start = performance.now();
  const { sentence_embedding: output } = await session.run({ input_ids: new Tensor("int32", ids, [1, ids.length]) });
  const ms = performance.now() - start;
  const vector = output?.data as Float32Array<ArrayBuffer>;
  parentPort?.postMessage({ ms, vector } satisfies SessionAnswer, [vector.buffer]);
}
