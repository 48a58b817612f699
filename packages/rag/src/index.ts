export { RagError } from "./errors.ts";
export type { RagErrorCode } from "./errors.ts";
