import type { FileHandle } from "node:fs/promises";

/** One field of a protobuf message: its number, and where its content lies or what it is. */
export interface ProtoField {
  readonly field: number;
  /** The value of a varint field; 0 for the others. */
  readonly value: number;
  /** Where the content of a length-delimited field begins and ends in the file. */
  readonly start: number;
  readonly end: number;
}

// One window of the file at a time: messages of interest are small and lie between weights that are skipped.
const WINDOW_BYTES = 64 * 1024;
const MAX_VARINT_BYTES = 10;

/**
 * Reads protobuf messages from a file without loading it: https://protobuf.dev/programming-guides/encoding/.
 *
 * An ONNX file may hold gigabytes of weights; what a reader does not look into is skipped over.
 */
export class ProtoReader {
  readonly #handle: FileHandle;
  readonly size: number;
  #window = Buffer.alloc(0);
  #windowStart = 0;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  /** The fields of a message that lies between two places of the file. @throws {RangeError} when it is no such message. */
  async *fields(start = 0, end = this.size): AsyncGenerator<ProtoField> {
    let position = start;
    while (position < end) {
      const tag = await this.#varint(position, end);
      const [field, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
      if (wireType === WireType.varint) {
        const { value, next } = await this.#varint(tag.next, end);
        yield { field, value, start: tag.next, end: next };
        position = next;
      } else {
        const content = await this.#content(wireType, tag.next, end);
        yield { field, value: 0, ...content };
        position = content.end;
      }
    }
  }

  /** The text of a length-delimited field. */
  async text({ start, end }: ProtoField, { maxBytes }: { maxBytes: number }): Promise<string> {
    if (end - start > maxBytes) throw new RangeError(`a name of ${end - start} bytes`);
    await this.#look(start, end - start);
    return this.#window.toString("utf8", start - this.#windowStart, end - this.#windowStart);
  }

  async #content(wireType: number, position: number, end: number): Promise<{ start: number; end: number }> {
    const start =
      wireType === WireType.lengthDelimited ? await this.#varint(position, end) : { value: 0, next: position };
    const length = wireType === WireType.lengthDelimited ? start.value : FIXED_BYTES[wireType];
    if (length === undefined) throw new RangeError(`a field of unknown type ${wireType} at byte ${position}`);
    if (length > end - start.next) throw new RangeError(`a field that ends after its message at byte ${position}`);
    return { start: start.next, end: start.next + length };
  }

  async #varint(position: number, end: number): Promise<{ value: number; next: number }> {
    await this.#look(position, Math.min(MAX_VARINT_BYTES, end - position));
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES && position + index < end; index++) {
      const byte = this.#window[position - this.#windowStart + index] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index); // larger than 2⁵³ it loses digits, which no length or size needs
      if (byte < 0x80) return { value, next: position + index + 1 };
    }
    throw new RangeError(`a number that does not end at byte ${position}`);
  }

  /** Makes the window cover some bytes of the file. */
  async #look(position: number, length: number): Promise<void> {
    if (position >= this.#windowStart && position + length <= this.#windowStart + this.#window.length) return;
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - position);
    const buffer = Buffer.alloc(wanted);
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, position);
    if (bytesRead < length) throw new RangeError(`${length} bytes that are not there at byte ${position}`);
    this.#window = buffer.subarray(0, bytesRead);
    this.#windowStart = position;
  }
}

const WireType = { varint: 0, lengthDelimited: 2 } as const;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
