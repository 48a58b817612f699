import { parentPort, workerData } from "node:worker_threads";

import type { WorkerReply, WorkerRequest, WorkerSetup } from "./inference-message.ts";
import { openSession } from "./session.ts";
import type { Session } from "./session.ts";

// The entry of a worker thread: opens one session, then answers one request after another until it is told to close.

if (parentPort === null) throw new Error("inference-worker runs only as a worker thread");
const port = parentPort;

const session = await openOrReport(workerData as WorkerSetup);
if (session !== undefined) {
  let last = Promise.resolve();
  port.on("message", (request: WorkerRequest) => {
    last = last.then(() => answer(session, request)); // a batch ends before the session that computes it is released
  });
  reply({ kind: "ready" });
}

async function openOrReport(setup: WorkerSetup): Promise<Session | undefined> {
  try {
    return await openSession(setup);
  } catch (error) {
    reply({ kind: "failed", reason: String(error) });
    return undefined;
  }
}

async function answer(session: Session, request: WorkerRequest): Promise<void> {
  if (request.kind === "close") {
    await session.release();
    port.close();
    return;
  }
  try {
    const output = await session.run(request.feeds, request.output);
    reply({ kind: "result", output }, [output.data.buffer as ArrayBuffer]);
  } catch (error) {
    reply({ kind: "failed", reason: String(error) });
  }
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
