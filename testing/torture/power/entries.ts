import { copyFileSync, lstatSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A name in a folder: what it leads to. The key is the inode with its time of birth, for inodes are used again. */
export interface Entry {
  readonly kind: "file" | "folder";
  readonly key: string;
}

export type Folder = ReadonlyMap<string, Entry>;

export function entryOf(path: string): Entry {
  const facts = lstatSync(path, { bigint: true });
  return { kind: facts.isDirectory() ? "folder" : "file", key: `${facts.ino}-${facts.birthtimeNs}` };
}

export function readFolder(path: string): Folder {
  return new Map(readdirSync(path).map((name) => [name, entryOf(join(path, name))]));
}

/** Puts a file's content, or the names in a folder, into the image, as shim.c does; synchronous, so that nothing comes between. */
export function record(path: string, image: string): Entry {
  const entry = entryOf(path);
  const part = join(image, `part-${process.pid}`);
  if (entry.kind === "file") copyFileSync(path, part);
  else
    writeFileSync(part, Array.from(readFolder(path), ([name, { kind, key }]) => `${kind} ${key} ${name}\n`).join(""));
  renameSync(part, join(image, `${entry.key}.${entry.kind}`));
  return entry;
}

export function parseFolder(listed: string): Folder {
  const lines = listed.split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [kind, key = "", ...name] = line.split(" ");
      return [name.join(" "), { kind: kind === "folder" ? "folder" : "file", key }];
    }),
  );
}
