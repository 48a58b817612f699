import { z } from "zod";

import { readJsonFile } from "../model-folder/json-file.ts";
import { isRepositoryPath } from "./repository-path.ts";

// The two files of a repository that name further files. What they name may be hostile.

const ModuleList = z
  .array(
    z.object({
      type: z.string().transform((name) => name.split(".").at(-1) ?? name),
      path: z.string().refine((path) => path === "" || isRepositoryPath(path), "must stay inside the repository"),
    }),
  )
  .max(64); // models have three or four

/** A step of modules.json: `Transformer`, `Pooling`, … and its folder in the repository, empty for the root. */
export type RepositoryModule = z.infer<typeof ModuleList>[number];

/** The steps of a sentence-transformers model; `undefined` when there is no such file. */
export async function readModules(path: string): Promise<readonly RepositoryModule[] | undefined> {
  return readJsonFile(path, ModuleList);
}

/** Where the encoder itself lies: in the root, or in the folder of the first step. */
export function encoderFolder(modules: readonly RepositoryModule[] = []): string {
  return modules.find(({ type }) => type === "Transformer")?.path ?? "";
}

const ShardIndex = z.object({
  weight_map: z.record(z.string(), z.string().refine(isFileName, "must be a plain file name")),
});

function isFileName(name: string): boolean {
  return isRepositoryPath(name) && !name.includes("/");
}

/** The files of a checkpoint in several parts; `undefined` when there is no such index. */
export async function readShardNames(path: string): Promise<readonly string[] | undefined> {
  const index = await readJsonFile(path, ShardIndex);
  return index && [...new Set(Object.values(index.weight_map))];
}

/** The path of a file of a folder in a repository; the root is the empty name. */
export function inFolder(folder: string, name: string): string {
  return folder === "" || name === "" ? folder + name : `${folder}/${name}`;
}
