import type { Random } from "../load/random.ts";

/** What a disk writes at once. */
const BLOCK = 4_096;

export interface Contents {
  /** As of the last fsync; none when there was none. */
  readonly certain: Uint8Array | undefined;
  /** As the processes saw it at the end; none when it was removed. */
  readonly present: Uint8Array | undefined;
}

/** The bytes that a file has after a power cut. */
export function survivingContent(
  { certain, present }: Contents,
  { strict, random }: { readonly strict: boolean; readonly random: Random },
): Uint8Array {
  if (certain === undefined) return neverSynced(present ?? new Uint8Array(), random);
  if (strict || present === undefined || Buffer.compare(certain, present) === 0) return certain;
  return mixed(certain, present, random);
}

/** Nothing was promised but the name: the file may be empty, cut short, full of zeros or of something else. */
function neverSynced(present: Uint8Array, random: Random): Uint8Array {
  const kind = random.pick(["empty", "cut", "zeros", "garbage"] as const);
  if (kind === "empty") return new Uint8Array();
  if (kind === "cut") return present.subarray(0, random.integer(0, present.length));
  return kind === "zeros" ? new Uint8Array(present.length) : garbage(present.length, random);
}

/** Each block may be the old or the new one; what was appended may be missing, or garbage where the length came first. */
function mixed(certain: Uint8Array, present: Uint8Array, random: Random): Uint8Array {
  const length = random.chance(0.5)
    ? certain.length
    : random.integer(0, 1) * (present.length - certain.length) + certain.length;
  const result = new Uint8Array(length);
  for (let at = 0; at < length; at += BLOCK) {
    const end = Math.min(at + BLOCK, length);
    const sources = [certain, present].filter((source) => source.length >= end);
    const source = sources.length > 0 ? random.pick(sources) : undefined;
    const isAppended = at >= certain.length;
    result.set(
      isAppended && random.chance(0.3) ? garbage(end - at, random) : (source ?? present).subarray(at, end),
      at,
    );
  }
  return result;
}

function garbage(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(0, 255));
}
