import { parentPort, workerData } from "node:worker_threads";

import type { GatedSetup, PreparedModel, WorkerReply, WorkerRequest } from "./inference-message.ts";
import { prepareModel } from "./prepare-model.ts";
import { inside, leave } from "./run-gate.ts";
import { openSession } from "./session.ts";
import type { Session } from "./session.ts";

// The entry of a worker thread: prepares the model where that is still to be done, opens one session, then answers one request after another until it is told to close.

if (parentPort === null) throw new Error("inference-worker runs only as a worker thread");
const port = parentPort;

const { gate, ...setup } = workerData as GatedSetup;
const opened = await openOrReport();
leave(gate);
if (opened !== undefined) {
  const { session, prepared } = opened;
  let last = Promise.resolve();
  port.on("message", (request: WorkerRequest) => {
    last = last.then(() => answer(session, request)); // a batch ends before the session that computes it is released
  });
  reply({ kind: "ready", prepared });
}

async function openOrReport(): Promise<OpenedSession | undefined> {
  try {
    const prepared = setup.preparation && (await prepareModel(setup.preparation, setup));
    return { session: await openSession({ ...setup, ...(prepared && { model: prepared.model }) }), prepared };
  } catch (error) {
    reply({ kind: "failed", reason: String(error) });
    return undefined;
  }
}

interface OpenedSession {
  readonly session: Session;
  readonly prepared: PreparedModel | undefined;
}

async function answer(session: Session, request: WorkerRequest): Promise<void> {
  if (request.kind === "close") {
    await inside(gate, () => session.release());
    port.close();
    return;
  }
  try {
    const output = await inside(gate, () => session.run(request.feeds, request.output));
    reply({ kind: "result", output }, [output.data.buffer as ArrayBuffer]);
  } catch (error) {
    reply({ kind: "failed", reason: String(error) });
  }
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
