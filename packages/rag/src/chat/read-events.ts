import { createParser } from "eventsource-parser";

/** One event of a chat completion is a few hundred bytes; a line without end must not fill memory. */
const MAX_EVENT_LENGTH = 1024 * 1024;
/** A reply of the longest kind, each token in an event of its own. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** The data of each server-sent event. A character that is split over two chunks comes out whole. */
export async function* readEvents(body: ReadableStream<Uint8Array>, onChunk: () => void): AsyncIterable<string> {
  const ready: string[] = [];
  const parser = createParser({ maxBufferSize: MAX_EVENT_LENGTH, onEvent: ({ data }) => ready.push(data), onError });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  for await (const chunk of body) {
    onChunk();
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) throw new RangeError(`more than ${MAX_RESPONSE_BYTES} bytes of events`);
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}

/** An unknown field or a bad retry value is ignored, as the standard says; only a flooded buffer ends the stream. */
function onError(error: { type: string }): void {
  if (error.type === "max-buffer-size-exceeded")
    throw new RangeError(`an event of more than ${MAX_EVENT_LENGTH} characters`);
}
