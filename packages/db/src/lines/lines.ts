/** Longest line of a record file: a document of the largest size with every character escaped, and its metadata. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Without its line end; `undefined` when the line is longer than `maxBytes`. */
  readonly bytes: Uint8Array | undefined;
  readonly lineEnd: "\n" | "\r\n";
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Lines of a stream, ended by LF or CRLF. Holds one line at a time; what exceeds `maxBytes` is skipped, not kept. */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  { maxBytes = MAX_LINE_BYTES, signal }: { maxBytes?: number; signal?: AbortSignal | undefined } = {},
): AsyncIterable<Line> {
  const rest = new PartialLine(maxBytes);
  let number = 1;
  for await (const chunk of withoutByteOrderMark(stream)) {
    signal?.throwIfAborted();
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      rest.append(chunk.subarray(start, end));
      yield { number, ...rest.take() };
      number += 1;
      start = end + 1;
    }
    rest.append(chunk.subarray(start));
  }
  if (rest.length > 0) yield { number, ...rest.take() };
}

/** The pieces of a line that spans chunks. */
class PartialLine {
  readonly #maxBytes: number;
  #pieces: Uint8Array[] = [];
  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  append(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.#maxBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  take(): Omit<Line, "number"> {
    const [first = new Uint8Array(), ...others] = this.#pieces;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#pieces);
    const tooLong = this.length > this.#maxBytes;
    this.#pieces = [];
    this.length = 0;
    if (tooLong) return { bytes: undefined, lineEnd: "\n" };
    if (bytes.at(-1) === CARRIAGE_RETURN) return { bytes: bytes.subarray(0, -1), lineEnd: "\r\n" };
    return { bytes, lineEnd: "\n" };
  }
}

/** UTF-8's signature is not content. It may be split over chunks, so the first three bytes are gathered. */
export async function* withoutByteOrderMark(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of stream) {
    if (head === undefined) yield chunk;
    else if (head.length + chunk.length < 3) head = Buffer.concat([head, chunk]);
    else {
      yield withoutSignature(head.length === 0 ? chunk : Buffer.concat([head, chunk]));
      head = undefined;
    }
  }
  if (head !== undefined && head.length > 0) yield head;
}

function withoutSignature(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
