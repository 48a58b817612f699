import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../load/random.ts";
import { entryOf, parseFolder, readFolder, record } from "./entries.ts";
import type { Entry, Folder } from "./entries.ts";
import { survivingContent } from "./surviving-content.ts";

/** Everything in the tree is on disk: so it is after a start of the machine. */
export function recordTree(folder: string, image: string): void {
  mkdirSync(image, { recursive: true });
  record(folder, image);
  for (const [name, { kind }] of readFolder(folder)) {
    if (kind === "folder") recordTree(join(folder, name), image);
    else record(join(folder, name), image);
  }
}

export interface PowerCut {
  /** The tree as a kill left it. */
  readonly tree: string;
  /** What was on disk for certain. */
  readonly image: string;
  /** Only what is certain survives; else each write that is not may have reached the disk or not. */
  readonly strict: boolean;
  readonly random: Random;
  /** Files whose writer is believed: what it wrote is on disk. */
  readonly isTrusted: (name: string) => boolean;
}

/** Builds the tree that the machine finds after the power came back. */
export function rebuild(cut: PowerCut, target: string): void {
  mkdirSync(target, { recursive: true });
  const present = new Map<string, string>();
  rememberPaths(cut.tree, present);
  rebuildFolder(entryOf(cut.tree).key, target, { ...cut, present });
}

interface Rebuilding extends PowerCut {
  /** Where each file or folder is in the tree. */
  readonly present: ReadonlyMap<string, string>;
}

function rememberPaths(path: string, present: Map<string, string>): void {
  const { kind, key } = entryOf(path);
  present.set(key, path);
  if (kind === "folder") for (const name of readFolder(path).keys()) rememberPaths(join(path, name), present);
}

function rebuildFolder(key: string, target: string, cut: Rebuilding): void {
  const [certain, present] = [certainFolder(key, cut), presentFolder(key, cut)];
  for (const name of [...new Set([...certain.keys(), ...present.keys()])].sort()) {
    const entry = survivingEntry(name, [certain.get(name), present.get(name)], cut);
    if (entry?.kind === "folder") {
      mkdirSync(join(target, name));
      rebuildFolder(entry.key, join(target, name), cut);
    } else if (entry) writeFileSync(join(target, name), contentOf(name, entry.key, cut));
  }
}

function certainFolder(key: string, { image }: PowerCut): Folder {
  const file = join(image, `${key}.folder`);
  return existsSync(file) ? parseFolder(readFileSync(file, "utf8")) : new Map();
}

function presentFolder(key: string, { present }: Rebuilding): Folder {
  const path = present.get(key);
  return path === undefined ? new Map() : readFolder(path);
}

function survivingEntry(
  name: string,
  [certain, present]: readonly [Entry | undefined, Entry | undefined],
  { strict, random, isTrusted }: PowerCut,
): Entry | undefined {
  if (certain?.key === present?.key || isTrusted(name)) return present;
  return strict || random.chance(0.5) ? certain : present;
}

function contentOf(name: string, key: string, cut: Rebuilding): Uint8Array {
  const [file, path] = [join(cut.image, `${key}.file`), cut.present.get(key)];
  const present = path === undefined ? undefined : readFileSync(path);
  if (cut.isTrusted(name) && present) return present;
  return survivingContent({ certain: existsSync(file) ? readFileSync(file) : undefined, present }, cut);
}
