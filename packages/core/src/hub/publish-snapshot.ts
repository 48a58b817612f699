import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, realpath, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

import { orAbsent } from "../model-folder/file-presence.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { hasChecksum } from "./checksum.ts";
import { linkFile } from "./link-file.ts";
import { missingFiles } from "./missing-files.ts";
import type { ResolvedFile } from "./resolve-file.ts";
import { syncFolder } from "./sync-folder.ts";

export interface PublishOptions {
  readonly layout: CacheLayout;
  readonly commit: string;
  readonly folder: string;
  readonly revision: string;
}

/** Makes downloaded blobs a snapshot that is found: its files, marks for what the repository does not have, the ref. */
export async function publishSnapshot(
  files: readonly ResolvedFile[],
  { layout, commit, folder, revision }: PublishOptions,
): Promise<void> {
  const snapshot = layout.snapshot(commit);
  for (const file of files.toSorted((one, other) => rank(one) - rank(other))) await place(file, layout);
  await syncFolder(snapshot);
  // All that was selected is there now. What is still missed is not in the repository, and nobody need ask again.
  for (const path of await missingFiles({ layout, commit, folder })) await writeWhole(layout.absent(commit, path), "");
  if (revision !== commit) await writeWhole(layout.ref(revision), commit);
}

/** What may be left out comes first, what `missingFiles` asks for next, config.json last. */
function rank({ path }: ResolvedFile): number {
  if (path.endsWith("config.json") && !path.includes("_config")) return 2;
  return /(?:^|\/)(?:modules|tokenizer)\.json$|\.(?:safetensors|onnx)$/u.test(path) ? 1 : 0;
}

async function place({ path, etag, commit }: ResolvedFile, layout: CacheLayout): Promise<void> {
  const target = join(layout.snapshot(commit), path);
  const blob = await orAbsent(realpath(layout.blob(etag)));
  if (blob === undefined || blob === (await orAbsent(realpath(target)))) return;
  if ((await isPlainFile(target)) && (await hasChecksum(target, etag))) return;
  await linkFile(layout.blob(etag), target);
}

async function isPlainFile(path: string): Promise<boolean> {
  return (await orAbsent(lstat(path)))?.isFile() ?? false;
}

// huggingface_hub reads a ref as it is, so there is no newline at its end.
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  {
    await using file = await open(draft, "wx");
    await file.writeFile(text);
    await file.sync();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}
