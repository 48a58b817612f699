import { ModelError } from "../errors.ts";
import type { ModelSourceOptions } from "./model-source.ts";

/** A model on the hub, as a user names it: `org/model[/folder][@revision]`. */
export interface HubName {
  /** `org/model`; a few old models have no organisation. */
  readonly id: string;
  /** Folder of the repository that holds the model; empty for its root. */
  readonly folder: string;
  readonly revision: string | undefined;
}

/**
 * What is asked of the hub: a name and its revision.
 * @throws {ModelError} `model_not_found` for what cannot be a name.
 */
export function askedModel(name: string, { revision }: Pick<ModelSourceOptions, "revision"> = {}): AskedModel {
  const parsed = parseHubName(name);
  if (parsed === undefined) throw notAName(name, "model");
  const asked = revision ?? parsed.revision ?? "main";
  if (!isRevision(asked)) throw notAName(asked, "revision");
  return { ...parsed, revision: asked };
}

export type AskedModel = HubName & { readonly revision: string };

/** `org/model[/folder]` */
export function fullName({ id, folder }: HubName): string {
  return folder === "" ? id : `${id}/${folder}`;
}

/** The parts of a hub name, or `undefined` for what cannot be one. */
function parseHubName(name: string): HubName | undefined {
  const [path = "", revision, ...more] = name.split("@");
  const [organisation = "", model, ...folder] = path.split("/");
  const id = model === undefined ? organisation : `${organisation}/${model}`;
  const isName = isHubId(id) && folder.every(isPlain) && more.length === 0;
  if (!isName || (revision !== undefined && !isRevision(revision))) return undefined;
  return { id, folder: folder.join("/"), revision };
}

/** Whether a branch, tag or commit can be asked for and be kept as a file below `refs/`. */
function isRevision(revision: string): boolean {
  return revision.length <= MAX_NAME && revision.split("/").every(isPlain);
}

const MAX_NAME = 256; // far above any name in use, below what a file system takes

// huggingface_hub, utils/_validators.py: "--" stands for "/" in the cache's folder names, so no id may have it.
function isHubId(id: string): boolean {
  return id.length <= 96 && !id.includes("--") && !id.endsWith(".git") && id.split("/").every(isPlain);
}

// Letters, digits, "_", "-", "." and "+"; never a path that leads elsewhere, an option or a hidden file.
function isPlain(part: string): boolean {
  return /^\w(?:[\w.+-]*[\w+])?$/u.test(part) && !part.includes("..");
}

function notAName(name: string, kind: "model" | "revision"): ModelError {
  return new ModelError("model_not_found", `${JSON.stringify(name)} is not the name of a ${kind}.`, {
    hint: "Name a folder, npm:<package>, or a Hugging Face id such as org/model or org/model@revision.",
  });
}
