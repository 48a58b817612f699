import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { isFolder, orAbsent } from "../model-folder/file-presence.ts";
import { readJsonFile } from "../model-folder/json-file.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { encoderFolder, inFolder, readModules, readShardNames } from "./repository-index.ts";
import { ONNX_MODELS, SHARD_INDEX, WEIGHTS } from "./select-files.ts";

export interface SnapshotPlace {
  readonly layout: CacheLayout;
  readonly commit: string;
  /** Folder of the repository that holds the model; empty for its root. */
  readonly folder: string;
}

/**
 * The files that a snapshot lacks to be loaded. Programs cache only what they read: transformers leaves out modules.json
 * and the pooling, and a model that then ran with mean pooling would give wrong vectors without a word. So a file counts
 * as not needed only when something says that the repository does not have it.
 */
export async function missingFiles(place: SnapshotPlace): Promise<readonly string[]> {
  const { layout, commit, folder } = place;
  const snapshot = join(layout.snapshot(commit), folder);
  const has = (name: string): Promise<boolean> => isFile(join(snapshot, name));
  const needs = async (name: string): Promise<string[]> =>
    (await has(name)) || (await isKnownAbsent(name, place)) ? [] : [inFolder(folder, name)];

  const modules = await readModules(join(snapshot, "modules.json"));
  const encoder = encoderFolder(modules);
  const missing = [
    ...(modules === undefined && !(await isClassifier(snapshot)) ? await needs("modules.json") : []),
    ...((await has(inFolder(encoder, "config.json"))) ? [] : [inFolder(folder, inFolder(encoder, "config.json"))]),
    ...(await needs(inFolder(encoder, "tokenizer.json"))),
    ...(await missingWeights(snapshot, { encoder, has, needs })),
  ];
  for (const { type, path } of modules ?? []) {
    if (type === "Pooling" || type === "Dense") missing.push(...(await needs(inFolder(path, "config.json"))));
    if (type === "Dense") missing.push(...(await needs(inFolder(path, WEIGHTS))));
  }
  return missing;
}

// A cross-encoder has a head instead of a pooling, and its loaders never ask for modules.json.
async function isClassifier(snapshot: string): Promise<boolean> {
  const config = await readJsonFile(join(snapshot, "config.json"), Architectures);
  return config?.architectures?.some((name) => name.endsWith("ForSequenceClassification")) ?? false;
}

const Architectures = z.object({ architectures: z.array(z.string()).nullish() });

interface Looking {
  readonly encoder: string;
  readonly has: (name: string) => Promise<boolean>;
  readonly needs: (name: string) => Promise<string[]>;
}

async function missingWeights(snapshot: string, { encoder, has, needs }: Looking): Promise<string[]> {
  const alternatives = [WEIGHTS, ...ONNX_MODELS].map((name) => inFolder(encoder, name));
  const shards = await readShardNames(join(snapshot, encoder, SHARD_INDEX));
  if (shards === undefined) {
    for (const name of alternatives) if (await has(name)) return [];
    return needs(inFolder(encoder, WEIGHTS));
  }
  const missing = await Promise.all(shards.map((name) => needs(inFolder(encoder, name))));
  return missing.flat();
}

async function isFile(path: string): Promise<boolean> {
  return (await orAbsent(stat(path)))?.isFile() ?? false;
}

/** huggingface_hub marks what it asked for in vain, newer versions keep the whole listing, and a full download has .gitattributes. */
async function isKnownAbsent(name: string, { layout, commit, folder }: SnapshotPlace): Promise<boolean> {
  const path = inFolder(folder, name);
  if (await isFile(layout.absent(commit, path))) return true;
  const tree = await readJsonFile(layout.tree(commit), Tree);
  if (tree !== undefined) return !Object.hasOwn(tree.files, path);
  const snapshot = layout.snapshot(commit);
  return (await isFolder(snapshot)) && (await isFile(join(snapshot, ".gitattributes")));
}

const Tree = z.object({ files: z.record(z.string(), z.unknown()) });
