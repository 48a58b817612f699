export { MAX_LINE_BYTES, readLines, withoutByteOrderMark } from "./lines.ts";
export type { Line } from "./lines.ts";
export { decodeUtf8, decodeUtf8Leniently, lineOfInvalidUtf8 } from "./utf8.ts";
