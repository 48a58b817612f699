import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, it } from "vitest";
import { Config, loadConfig, requireKeysBeyondLoopback, settingNames, type Setting } from "./config.ts";

it("has a default for everything that needs one", () => {
  expect(loadConfig({ env: {} })).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    data: "galen-data",
    precision: "fp32",
    apiKeys: [],
    bodyLimit: 33_554_432,
    corsOrigins: [],
  });
});

it("reads the environment under derived names", () => {
  const env = {
    GALEN_PORT: "9000",
    GALEN_API_KEYS: "one, two,",
    GALEN_BODY_LIMIT: "2 MiB",
    GALEN_HOST: "",
    GALEN_PRECISION: "int8",
    GALEN_CHAT_BASE_URL: "http://127.0.0.1:11434/v1",
    GALEN_CHAT_MODEL: "m",
    GALEN_CHAT_KEY: "k",
  };
  expect(loadConfig({ env })).toMatchObject({
    port: 9000,
    apiKeys: ["one", "two"],
    bodyLimit: 2_097_152,
    host: "127.0.0.1",
    precision: "int8",
    chatBaseUrl: "http://127.0.0.1:11434/v1",
    chatModel: "m",
    chatKey: "k",
  });
  expect(Object.keys(Config.shape).map((setting) => settingNames(setting as Setting).env)).toEqual(
    expect.arrayContaining(["GALEN_PLAYGROUND", "GALEN_ALLOWED_HOSTS", "GALEN_REQUEST_TIMEOUT", "GALEN_LOG_LEVEL"]),
  );
});

describe("a file", () => {
  it.each([
    ["galen.yml", "port: 9001\napi_keys: [one, two]\nhost: ::1\n"],
    ["galen.json", '{"port":9001,"api_keys":["one","two"],"host":"::1"}'],
  ])("%s is read; the environment and the command line win over it", async (name, content) => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, name);
    await writeFile(file, content);
    expect(loadConfig({ env: {}, file })).toMatchObject({ port: 9001, apiKeys: ["one", "two"], host: "::1" });
    expect(loadConfig({ env: { GALEN_CONFIG: file, GALEN_PORT: "9002" } })).toMatchObject({ port: 9002, host: "::1" });
    expect(loadConfig({ env: { GALEN_PORT: "9002" }, file, flags: { port: "9003", host: undefined } })).toMatchObject({
      port: 9003,
      host: "::1",
    });
  });

  it.each([
    ["a misspelt setting", "prot: 1", "config_invalid", 'Did you mean "port"?'],
    ["no mapping", "- port", "config_invalid", "For example: port: 8080"],
    ["broken YAML", "port: [", "config_unreadable", undefined],
  ])("with %s is refused", async (_name, content, code, hint) => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "galen.yml");
    await writeFile(file, content);
    expect(() => loadConfig({ env: {}, file })).toThrow(expect.objectContaining({ code, hint }));
  });

  it("may be empty, but must be there", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "galen.yml");
    expect(() => loadConfig({ env: {}, file })).toThrow(expect.objectContaining({ code: "config_unreadable" }));
    await writeFile(file, "");
    expect(loadConfig({ env: {}, file }).port).toBe(8080);
  });
});

it.each([
  ["GALEN_PORT", "http"],
  ["GALEN_PORT", "65536"],
  ["GALEN_PORT", "-1"],
  ["GALEN_BODY_LIMIT", "big"],
  ["GALEN_BODY_LIMIT", "0"],
  ["GALEN_REQUEST_TIMEOUT", "0"],
  ["GALEN_LOG_LEVEL", "debug"],
  ["GALEN_CHAT_BASE_URL", "ftp://x"],
])("refuses %s=%s", (name, value) => {
  expect(() => loadConfig({ env: { [name]: value } })).toThrow(
    expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(name.slice(6).toLowerCase()) }),
  );
});

it("wants a chat endpoint and its model together", () => {
  expect(() => loadConfig({ env: { GALEN_CHAT_MODEL: "m" } })).toThrow(
    expect.objectContaining({ code: "config_invalid" }),
  );
});

it.each(["127.0.0.1", "127.1.2.3", "::1", "localhost", "[::1]"])("lets %s do without keys", (host) => {
  expect(() => requireKeysBeyondLoopback({ host, apiKeys: [] })).not.toThrow();
});

it.each(["0.0.0.0", "::", "192.168.1.2", "galen.example", "127.0.0.1.example"])("wants keys for %s", (host) => {
  expect(() => requireKeysBeyondLoopback({ host, apiKeys: [] })).toThrow(
    expect.objectContaining({ code: "keys_required" }),
  );
  expect(() => requireKeysBeyondLoopback({ host, apiKeys: ["key"] })).not.toThrow();
});
