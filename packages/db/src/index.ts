export { DbError } from "./errors.ts";
export type { DbErrorCode } from "./errors.ts";
export type { Embedder, EmbedOptions, LoadEmbedder, Splitter } from "./embedder.ts";
