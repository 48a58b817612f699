/**
 * Whether a path that a repository names may become a file below a folder on any system: no way out (`..`, absolute,
 * drive, backslash, NUL), nothing that Windows reads as another name (stream, trailing dot, device).
 */
export function isRepositoryPath(path: string): boolean {
  return path.length <= MAX_PATH && path.split("/").every(isPlainSegment);
}

const MAX_PATH = 512; // the files that Galen asks for have less than 100 characters

function isPlainSegment(segment: string): boolean {
  return /^[^\\/:*?"<>|\p{Cc}]+$/u.test(segment) && !/[. ]$/u.test(segment) && !DEVICE.test(segment);
}

const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/** Two paths that are one file where letter case does not count, if there are any. */
export function caseCollision(paths: Iterable<string>): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const folded = path.normalize("NFC").toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined && other !== path) return [other, path];
    seen.set(folded, path);
  }
  return undefined;
}
