import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { ServerError } from "./errors.ts";
import { isLoopback } from "./hosts.ts";
import { nearestName } from "@galen/core";
import { ModelPrecision } from "@galen/db/schemas";

const MiB = 1_048_576;
const DEFAULT_PLAYGROUND = fileURLToPath(new URL("../../../apps/playground/dist/", import.meta.url));

/**
 * Every setting once: its default, its meaning, its check. Environment names (`GALEN_BODY_LIMIT`), names in the configuration file
 * (`body_limit`) and docs/configuration.md are derived from here.
 */
export const Config = z.strictObject({
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("Address to listen on. Anything but loopback needs `api_keys`."),
  port: wholeNumber(0, 65_535).default(8080).describe("Port to listen on; 0 takes a free one."),
  data: z.string().min(1).default("galen-data").describe("Folder (or `file:` URI) that holds the collections."),
  model: z
    .string()
    .min(1)
    .optional()
    .describe("Embedding model of new collections: a folder, `npm:<package>` or a hub id."),
  precision: ModelPrecision.default("fp32").describe(
    "What the model computes in where a collection does not say it: `fp32`, or `int8`, which is faster and nearly the same.",
  ),
  reranker: z
    .string()
    .min(1)
    .optional()
    .describe("Cross-encoder that scores hits anew where a search asks for it (`rerank`). Unset: none does."),
  synonyms: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File with terms that mean the same, for searches that ask for it (`expand`): `heart attack, MI` on a line.",
    ),
  apiKeys: list()
    .default([])
    .describe("Keys that clients send as `Authorization: Bearer …`. None: no key is asked for."),
  chatBaseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("OpenAI-compatible endpoint that writes answers. Unset: answers quote the documents."),
  chatKey: z.string().min(1).optional().describe("Key for that endpoint."),
  chatModel: z.string().min(1).optional().describe("Model to ask for at that endpoint."),
  bodyLimit: bytes()
    .default(32 * MiB)
    .describe("Largest request body; a number of bytes, or `32MiB`."),
  uploadLimit: bytes()
    .default(512 * MiB)
    .describe("Largest uploaded file."),
  requestTimeout: wholeNumber(1, 86_400)
    .default(120)
    .describe("Seconds that a request may take (streams and uploads excepted)."),
  corsOrigins: list()
    .default([])
    .describe("Origins of other web pages that may call the API. None: only Galen's own page."),
  allowedHosts: list()
    .default([])
    .describe("Host names under which the server may be called, besides loopback names and IP addresses."),
  playground: z.string().min(1).default(DEFAULT_PLAYGROUND).describe("Folder of the built page."),
  logLevel: z
    .enum(["info", "error", "silent"])
    .default("info")
    .describe("What goes to stderr: every request, errors only, or nothing."),
});
export type Config = z.infer<typeof Config>;
export type Setting = keyof Config;

/** Settings that are never printed. */
export const SECRET_SETTINGS = ["apiKeys", "chatKey"] as const satisfies readonly Setting[];

export interface ConfigSources {
  /** From the command line; they win over the environment, which wins over the file. */
  readonly flags?: Partial<Record<Setting, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A YAML or JSON file; `GALEN_CONFIG` when absent. */
  readonly file?: string | undefined;
}

/**
 * The effective settings. The only reader of `process.env`.
 *
 * @throws ServerError `config_unreadable`, `config_invalid`
 */
export function loadConfig({ flags = {}, env = process.env, file = env["GALEN_CONFIG"] }: ConfigSources = {}): Config {
  const given = { ...readConfigFile(file), ...readEnvironment(env), ...definedOnly(flags) };
  const result = Config.safeParse(given);
  if (result.success) return complete(result.data);
  const issues = result.error.issues.map(
    ({ path, message }) => `${settingNames(String(path[0]) as Setting).file}: ${message}`,
  );
  throw new ServerError("config_invalid", `The configuration cannot be used: ${issues.join("; ")}`, {
    hint: "Every setting is explained in docs/configuration.md.",
    details: { settings: result.error.issues.map(({ path }) => String(path[0])) },
  });
}

/** How a setting is called in each place. */
export function settingNames(setting: Setting): { readonly env: string; readonly file: string } {
  const file = setting.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return { env: `GALEN_${file.toUpperCase()}`, file };
}

/** What the environment says that is not a setting: `GALEN_DEBUG=1` asks for stack traces; CI and dumb terminals cannot redraw a line. */
export function environmentFacts(env: Readonly<Record<string, string | undefined>> = process.env): {
  readonly debug: boolean;
  readonly redraws: boolean;
} {
  const ci = env["CI"] !== undefined && env["CI"] !== "" && env["CI"] !== "false";
  return { debug: env["GALEN_DEBUG"] === "1", redraws: !ci && env["TERM"] !== "dumb" };
}

/**
 * A server that others can reach must ask for a key.
 *
 * @throws ServerError `keys_required`
 */
export function requireKeysBeyondLoopback({ host, apiKeys }: Pick<Config, "host" | "apiKeys">): void {
  if (isLoopback(host) || apiKeys.length > 0) return;
  throw new ServerError(
    "keys_required",
    `Listening on ${host} would let everyone on the network read and delete the collections`,
    {
      hint: "Set GALEN_API_KEYS to one or more keys, or listen on 127.0.0.1.",
      details: { host },
    },
  );
}

function complete(config: Config): Config {
  if ((config.chatBaseUrl === undefined) === (config.chatModel === undefined)) return Object.freeze(config);
  throw new ServerError("config_invalid", "chat_base_url and chat_model only work together", {
    hint: "Set GALEN_CHAT_BASE_URL and GALEN_CHAT_MODEL both, or neither.",
  });
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<Record<Setting, unknown>> {
  const entries = settings().map((setting) => [setting, env[settingNames(setting).env]] as const);
  // An empty variable is how shells and compose files say "not set".
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ""));
}

function readConfigFile(path: string | undefined): Partial<Record<Setting, unknown>> {
  if (path === undefined || path === "") return {};
  const content = parseFile(path);
  if (content === null || content === undefined) return {};
  if (typeof content !== "object" || Array.isArray(content))
    throw new ServerError("config_invalid", `${path} must hold settings by name`, { hint: "For example: port: 8080" });
  return Object.fromEntries(Object.entries(content).map(([name, value]) => [settingOf(name, path), value]));
}

function parseFile(path: string): unknown {
  try {
    return parseYaml(readFileSync(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error && "linePos" in cause ? "is not valid YAML" : "cannot be read";
    throw new ServerError("config_unreadable", `The configuration file ${path} ${reason}`, {
      cause,
      details: { path },
    });
  }
}

function settingOf(name: string, path: string): Setting {
  const byFileName = new Map(settings().map((setting) => [settingNames(setting).file, setting]));
  const setting = byFileName.get(name);
  if (setting !== undefined) return setting;
  const near = nearestName(name, byFileName.keys());
  throw new ServerError("config_invalid", `${path} sets "${name}", which is not a setting`, {
    hint: near === undefined ? "docs/configuration.md lists all settings." : `Did you mean "${near}"?`,
  });
}

function settings(): Setting[] {
  return Object.keys(Config.shape) as Setting[];
}

function definedOnly(values: Partial<Record<Setting, unknown>>): Partial<Record<Setting, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(
    (value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value),
    z.int(error).min(min, error).max(max, error),
  );
}

function list() {
  return z.preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(",")
            .map((item) => item.trim())
            .filter((item) => item !== "")
        : value,
    z.array(z.string().min(1), "must be a list, or one text with commas between"),
  );
}

function bytes() {
  const error = "must be a number of bytes such as 33554432 or 32MiB";
  return z.preprocess((value) => (typeof value === "string" ? parseBytes(value) : value), z.int(error).min(1, error));
}

function parseBytes(text: string): number {
  const match = /^(\d+)\s*(KiB|MiB|GiB)?$/i.exec(text.trim());
  if (match === null) return Number.NaN;
  const unit = { kib: 1_024, mib: MiB, gib: 1_024 * MiB }[match[2]?.toLowerCase() ?? ""] ?? 1;
  return Number(match[1]) * unit;
}
