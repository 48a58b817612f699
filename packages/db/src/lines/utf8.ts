const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of UTF-8 bytes; `undefined` when they are not UTF-8, so that nothing is replaced silently. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text with U+FFFD where the bytes are not UTF-8: only to find where a broken record ends. */
export function decodeUtf8Leniently(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** 1-based line of the first byte that is not UTF-8. Call it only for bytes that `decodeUtf8` refused. */
export function lineOfInvalidUtf8(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    line += 1;
    start = end + 1;
  }
  return line;
}
