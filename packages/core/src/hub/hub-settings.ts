import { homedir } from "node:os";
import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { readTextFile } from "../model-folder/json-file.ts";
import type { ModelSourceOptions } from "./model-source.ts";

// The variables and their order are those of huggingface_hub (constants.py, utils/_auth.py).

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why no socket may be opened, as the name of the option or variable that says so; `undefined` when it may. */
export function offlineReason(
  { offline }: ModelSourceOptions,
  environment: Environment = process.env,
): string | undefined {
  if (offline === true) return "offline";
  return OFFLINE_VARIABLES.find((name) => TRUE.has(environment[name]?.toLowerCase() ?? ""));
}

const OFFLINE_VARIABLES = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "GALEN_OFFLINE"];
const TRUE: ReadonlySet<string> = new Set(["1", "true", "yes", "on"]);

/** Where huggingface_hub keeps its cache. */
export function hubCacheFolder(
  { cacheFolder }: ModelSourceOptions = {},
  environment: Environment = process.env,
): string {
  const explicit = cacheFolder ?? set(environment, "HF_HUB_CACHE") ?? set(environment, "HUGGINGFACE_HUB_CACHE");
  return explicit === undefined ? join(hubHome(environment), "hub") : expandHome(explicit);
}

function hubHome(environment: Environment): string {
  const cache = set(environment, "XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  return expandHome(set(environment, "HF_HOME") ?? join(cache, "huggingface"));
}

/**
 * The token to send, if any.
 * @throws {ModelError} `model_access_denied` for one that no header can carry.
 */
export async function hubToken(
  { token }: ModelSourceOptions,
  environment: Environment = process.env,
): Promise<string | undefined> {
  if (token === false) return undefined;
  const found =
    token ??
    set(environment, "HF_TOKEN") ??
    set(environment, "HUGGING_FACE_HUB_TOKEN") ??
    (await readTextFile(tokenFile(environment), { maxBytes: MAX_TOKEN_BYTES }));
  const trimmed = found?.trim();
  if (trimmed === undefined || trimmed === "") return undefined;
  if (!/^[\x21-\x7E]+$/u.test(trimmed)) {
    throw new ModelError("model_access_denied", "The token for the model hub has characters that no token has.", {
      hint: "Set HF_TOKEN to one line as the hub shows it.",
    });
  }
  return trimmed;
}

const MAX_TOKEN_BYTES = 16 * 1024; // a token has some 40 characters, an OAuth token some 2,000

function tokenFile(environment: Environment): string {
  return expandHome(set(environment, "HF_TOKEN_PATH") ?? join(hubHome(environment), "token"));
}

/**
 * The address of the hub or of a mirror, without a slash at the end.
 * @throws {ModelError} `model_download_failed` for what is no web address.
 */
export function hubEndpoint({ endpoint }: ModelSourceOptions, environment: Environment = process.env): string {
  const address = endpoint ?? set(environment, "HF_ENDPOINT") ?? "https://huggingface.co";
  const url = URL.parse(address);
  if (url !== null && /^https?:$/u.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "") {
    return url.href.replace(/\/+$/u, "");
  }
  throw new ModelError("model_download_failed", "The address of the model hub is not an http or https address.", {
    hint: "Set endpoint or HF_ENDPOINT to something like https://huggingface.co, without a user name or a query.",
  });
}

// A variable that is set to nothing counts as not set.
function set(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === "" ? undefined : value;
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
