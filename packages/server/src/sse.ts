/** Proxies and browsers close streams that are silent for a minute. */
const HEARTBEAT_MS = 15_000;

export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
}

export interface EventStreamOptions {
  /** Aborted when the reader goes away, so that the work behind the events stops. */
  readonly controller: AbortController;
  /** The last event of a stream whose work failed. */
  readonly onError: (error: unknown) => ServerSentEvent;
  readonly heartbeatMs?: number;
}

/** Events as `text/event-stream`; the next event is asked for when the last one was read. */
export function eventStream(
  events: AsyncIterable<ServerSentEvent>,
  { controller, onError, heartbeatMs = HEARTBEAT_MS }: EventStreamOptions,
): Response {
  const iterator = events[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<ServerSentEvent>> | undefined;
  const body = new ReadableStream<string>({
    async pull(stream) {
      try {
        pending ??= iterator.next();
        const next = await withinHeartbeat(pending, heartbeatMs);
        if (next === undefined) return stream.enqueue(": still working\n\n");
        pending = undefined;
        if (next.done === true) stream.close();
        else stream.enqueue(format(next.value));
      } catch (error) {
        // Nobody reads a cancelled stream any more, and it is closed already.
        if (controller.signal.aborted) return;
        stream.enqueue(format(onError(error)));
        stream.close();
      }
    },
    async cancel(reason) {
      controller.abort(reason);
      await iterator.return?.();
    },
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    },
  });
}

/** The event, or `undefined` when none came in time; then the same promise is waited for again. */
async function withinHeartbeat<T>(next: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** JSON has no bare newlines, so one `data:` line is enough. */
function format({ event, data }: ServerSentEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
