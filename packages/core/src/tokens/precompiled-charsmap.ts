import { isUtf8 } from "node:buffer";

// SentencePiece's table of normalizations: the size of a double-array trie, its units, and the replacements as strings
// that end in NUL. The library follows the trie without a look at its bounds.

/** Why the library could stumble over a table; `undefined` when no text can make it. */
export function findUnsafeCharsmap(base64: string): string | undefined {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < 4) return "is too short for a table";
  const size = bytes.readUInt32LE(0);
  if (size % 4 !== 0 || size === 0 || size > bytes.length - 4) return "has a trie that its size does not fit";
  const units = new Uint32Array(size / 4).map((_, index) => bytes.readUInt32LE(4 + 4 * index));
  const texts = bytes.subarray(4 + size);
  return isUtf8(texts) ? findStrayUnit(units, texts) : "has replacements that are not UTF-8";
}

// spm_precompiled, DoubleArray::common_prefix_search: every way that any bytes can take.
function findStrayUnit(units: Uint32Array, texts: Uint8Array): string | undefined {
  const bases = [offsetOf(units[0] ?? 0)];
  const seen = new Set(bases);
  for (let base = bases.pop(); base !== undefined; base = bases.pop()) {
    for (let label = 1; label < 256; label += 1) {
      const position = (base ^ label) >>> 0;
      const unit = units[position];
      if (unit === undefined) return "has a trie that leads out of itself";
      // A unit with the highest bit is a value, never a label.
      if ((unit & 0x8000_00ff) !== label) continue;
      const next = (position ^ offsetOf(unit)) >>> 0;
      if (((unit >>> 8) & 1) === 1 && !isTextStart(units[next], texts)) return "has a replacement that is no text";
      if (!seen.has(next)) bases.push(next);
      seen.add(next);
    }
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
}

function isTextStart(unit: number | undefined, texts: Uint8Array): boolean {
  if (unit === undefined) return false;
  const start = unit & 0x7fff_ffff;
  return start <= texts.length && ((texts[start] ?? 0) & 0xc0) !== 0x80;
}
