/** Exit code of a command that Ctrl-C ended: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/**
 * Aborts at the first Ctrl-C (or SIGTERM), so that the work at hand can be finished and kept; the second one ends the process at
 * once.
 */
export function stopSignal(onFirst: () => void = () => {}): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort();
    onFirst();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
