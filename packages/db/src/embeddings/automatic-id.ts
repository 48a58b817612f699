import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { EmbeddingsData, EmbeddingsId } from "./embeddings-document.ts";

/** Whole numbers in a row, or UUIDs: of time, of the data, at random, of the data. */
export type AutoId = number | "uuid1" | "uuid3" | "uuid4" | "uuid5";

/** RFC 9562's namespace of domain names. */
const NAMESPACE_DNS = Buffer.from("6ba7b8109dad11d180b400c04fd430c8", "hex");

/** Ids for documents without one; a number is never one that another document has. */
export class AutomaticIds {
  readonly #kind: AutoId;
  readonly #isTaken: (id: string) => boolean;
  #next: number;

  constructor({
    kind = 0,
    next,
    isTaken,
  }: {
    kind?: AutoId | undefined;
    next: number;
    isTaken: (id: string) => boolean;
  }) {
    this.#kind = kind;
    this.#isTaken = isTaken;
    this.#next = next;
  }

  /** The next number, to go on from. */
  get next(): number {
    return this.#next;
  }

  take(data: EmbeddingsData): EmbeddingsId {
    if (this.#kind === "uuid1") return timeUuid();
    if (this.#kind === "uuid4") return randomUUID();
    if (this.#kind === "uuid3") return nameUuid("md5", 3, nameOf(data));
    if (this.#kind === "uuid5") return nameUuid("sha1", 5, nameOf(data));
    while (this.#isTaken(String(this.#next))) this.#next++;
    return this.#next++;
  }
}

function nameOf(data: EmbeddingsData): string | Uint8Array {
  return typeof data === "string" || data instanceof Uint8Array ? data : JSON.stringify(data);
}

function nameUuid(hash: "md5" | "sha1", version: number, name: string | Uint8Array): string {
  return uuid(createHash(hash).update(NAMESPACE_DNS).update(name).digest().subarray(0, 16), version);
}

/** Tenths of a microsecond from the Gregorian reform to 1970. */
const GREGORIAN = 0x01b2_1dd2_1381_4000n;

/** Bits of the time that a millisecond does not say, the clock sequence and the node are random. */
function timeUuid(): string {
  const bytes = randomBytes(16);
  const time = BigInt(Date.now()) * 10_000n + GREGORIAN + BigInt(bytes.readUInt16BE(0) % 10_000);
  bytes.writeUInt32BE(Number(time & 0xffff_ffffn), 0);
  bytes.writeUInt16BE(Number((time >> 32n) & 0xffffn), 4);
  bytes.writeUInt16BE(Number((time >> 48n) & 0x0fffn), 6);
  // A random node is marked as none of a network card.
  bytes.writeUInt8(bytes.readUInt8(10) | 1, 10);
  return uuid(bytes, 1);
}

function uuid(source: Uint8Array, version: number): string {
  const bytes = Buffer.from(source);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
