import type { ReadStream } from "node:fs";

/** Objects by the hash of their bytes (SHA-256, hexadecimal): what has a hash never changes. */
export interface ObjectReads {
  /** A stream of the bytes, opened: it can be read to its end whatever is removed meanwhile. `undefined` when there is no such object. */
  open(hash: string): Promise<ReadStream | undefined>;
  /** Gives the object a file of its own, which is on disk when its folder is. False when there is no such object. */
  export(hash: string, file: string): Promise<boolean>;
}

/** To be written by one process. */
export interface ObjectStore extends ObjectReads {
  /** Resolves when the bytes are on disk under their hash, where a power cut leaves them. What is there is not written again. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /** The same with the bytes of a file. */
  import(hash: string, file: string): Promise<void>;
  /** Removing what is not there is no error. A power cut may bring it back. */
  remove(hash: string): Promise<void>;
  /** All hashes, some at a time. */
  list(): AsyncIterable<readonly string[]>;
  /** Clears away what a crash left half written. */
  clear(): Promise<void>;
}
