import { ServerError } from "../errors.ts";
import { stopSignal } from "./stop-signal.ts";

/** Runs work that Ctrl-C stops. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  using stop = stopSignal();
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted)
      throw new ServerError("interrupted", "stopped", { hint: "Nothing was changed.", cause: error });
    throw error;
  }
}
