import { ServerError } from "../errors.ts";
import { stopSignal } from "./stop-signal.ts";

/** Runs work that Ctrl-C stops; `hint` says what is left of it then. */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { hint = "Nothing was changed." }: { readonly hint?: string } = {},
): Promise<Result> {
  using stop = stopSignal();
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) throw new ServerError("interrupted", "stopped", { hint, cause: error });
    throw error;
  }
}
