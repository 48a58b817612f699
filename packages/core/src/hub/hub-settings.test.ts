import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { hubCacheFolder, hubEndpoint, hubToken, offlineReason } from "./hub-settings.ts";
import { isLoopback, redirectRefusal } from "./redirect.ts";
import { parseRetryAfter } from "./retry.ts";

test("the cache lies where huggingface_hub puts it", () => {
  expect(hubCacheFolder({}, {})).toBe(join(homedir(), ".cache", "huggingface", "hub"));
  expect(hubCacheFolder({}, { XDG_CACHE_HOME: "/x" })).toBe(join("/x", "huggingface", "hub"));
  expect(hubCacheFolder({}, { XDG_CACHE_HOME: "/x", HF_HOME: "/h" })).toBe(join("/h", "hub"));
  expect(hubCacheFolder({}, { HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" })).toBe("/old");
  expect(hubCacheFolder({}, { HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "~/c" })).toBe(join(homedir(), "c"));
  expect(hubCacheFolder({}, { HF_HUB_CACHE: "", HF_HOME: "" })).toBe(join(homedir(), ".cache", "huggingface", "hub"));
  expect(hubCacheFolder({ cacheFolder: "/mine" }, { HF_HUB_CACHE: "/c" })).toBe("/mine");
});

describe("offline", () => {
  test.each(["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "GALEN_OFFLINE"])("%s", (name) => {
    for (const value of ["1", "true", "YES", "On"]) expect(offlineReason({}, { [name]: value })).toBe(name);
    for (const value of ["0", "", "false", "no"]) expect(offlineReason({}, { [name]: value })).toBeUndefined();
    expect(offlineReason({ offline: false }, { [name]: "1" })).toBe(name);
  });

  test("the option", () => {
    expect(offlineReason({ offline: true }, {})).toContain("offline");
  });
});

describe("the token", () => {
  test("comes from the option, then the variables, then the file", async () => {
    await using home = await temporaryDirectory();
    await writeFile(join(home.path, "token"), "from_file\n");
    await writeFile(join(home.path, "other"), "from_other");
    const environment = { HF_HOME: home.path };
    expect(await hubToken({}, environment)).toBe("from_file");
    expect(await hubToken({}, { ...environment, HF_TOKEN_PATH: join(home.path, "other") })).toBe("from_other");
    expect(await hubToken({}, { ...environment, HUGGING_FACE_HUB_TOKEN: "old" })).toBe("old");
    expect(await hubToken({}, { ...environment, HUGGING_FACE_HUB_TOKEN: "old", HF_TOKEN: " new " })).toBe("new");
    expect(await hubToken({ token: "mine" }, { ...environment, HF_TOKEN: "new" })).toBe("mine");
    expect(await hubToken({ token: false }, { ...environment, HF_TOKEN: "new" })).toBeUndefined();
    expect(await hubToken({}, { HF_HOME: join(home.path, "none") })).toBeUndefined();
  });
});

test("the endpoint may have a path and loses its slash", () => {
  expect(hubEndpoint({}, {})).toBe("https://huggingface.co");
  expect(hubEndpoint({}, { HF_ENDPOINT: "https://mirror.example/hf/" })).toBe("https://mirror.example/hf");
  expect(hubEndpoint({ endpoint: "http://localhost:1234" }, { HF_ENDPOINT: "https://x.example" })).toBe(
    "http://localhost:1234",
  );
});

const refusal = (from: string, to: string): string | undefined => redirectRefusal(new URL(from), new URL(to));

test("a redirect may not leave https, but for this machine", () => {
  expect(refusal("https://a.example", "https://b.example/x?y")).toBeUndefined();
  expect(refusal("http://127.0.0.1", "http://b.example")).toBeUndefined();
  expect(refusal("https://a.example", "http://[::1]:8")).toBeUndefined();
  expect(refusal("https://a.example", "http://a.example")).toContain("https to http");
  expect(refusal("https://a.example", "data:text/plain,x")).toContain("away");
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "hub.localhost", "[::1]"])
    expect(isLoopback(new URL(`http://${host}`))).toBe(true);
  for (const host of ["localhost.example", "127.0.0.1.example", "10.0.0.1", "[::2]"])
    expect(isLoopback(new URL(`http://${host}`))).toBe(false);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.UTC(2026, 0, 1);
  expect(parseRetryAfter("7", now)).toBe(7000);
  expect(parseRetryAfter(new Date(now + 5000).toUTCString(), now)).toBe(5000);
  expect(parseRetryAfter(new Date(now - 5000).toUTCString(), now)).toBe(0);
  expect(parseRetryAfter("soon", now)).toBeUndefined();
  expect(parseRetryAfter(null, now)).toBeUndefined();
});
