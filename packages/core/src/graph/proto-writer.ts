/** Bytes that lie in a file: a weight becomes part of a message without passing through memory. */
export interface FileSpan {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Writes protobuf messages field by field: the wire format is https://protobuf.dev/programming-guides/encoding/. */
export class ProtoWriter {
  readonly #parts: (Uint8Array | FileSpan)[] = [];
  #length = 0;

  /** int32, int64, bool and enum fields: two's complement on 64 bits, so a negative number takes ten bytes. */
  integer(field: number, value: number | bigint): this {
    return this.#tag(field, WireType.varint).#varint(BigInt(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, WireType.fixed32).#append(bytes);
  }

  /** How many bytes the message has. */
  get length(): number {
    return this.#length;
  }

  /** The message in order, where parts of it may lie in files. */
  get parts(): readonly (Uint8Array | FileSpan)[] {
    return this.#parts;
  }

  bytes(field: number, value: Uint8Array | FileSpan): this {
    return this.#tag(field, WireType.lengthDelimited).#varint(BigInt(value.length)).#append(value);
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtoWriter): this {
    this.#tag(field, WireType.lengthDelimited).#varint(BigInt(value.length));
    for (const part of value.parts) this.#append(part);
    return this;
  }

  /** The message as one array; none of its parts may lie in a file. @param all where it goes, `length` bytes. */
  finish(all: Uint8Array = new Uint8Array(this.#length)): Uint8Array {
    let position = 0;
    for (const part of this.#parts) {
      if (!(part instanceof Uint8Array)) throw new TypeError(`a part of the message lies in ${part.file}`);
      all.set(part, position);
      position += part.length;
    }
    return all;
  }

  #tag(field: number, wireType: number): this {
    return this.#varint((BigInt(field) << 3n) | BigInt(wireType));
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(part: Uint8Array | FileSpan): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

const WireType = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;
