import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { HubStandIn, repositoryOf, temporaryDirectory } from "@galen/testing";
import { afterEach, expect, it, vi } from "vitest";
import { createApp } from "./app.ts";
import { Config } from "./config.ts";
import { createLogger } from "./logger.ts";
import { openServices } from "./services.ts";

const tinyBert = fileURLToPath(new URL("../../../testing/golden/tiny-bert", import.meta.url));

afterEach(() => void vi.unstubAllEnvs());

it("a request that names a model of the hub does not make the server download it", async () => {
  await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(tinyBert) });
  await using folder = await temporaryDirectory();
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
  vi.stubEnv("HF_HUB_CACHE", `${folder.path}/cache`);
  const config = { ...Config.parse({}), data: `${folder.path}/data`, model: tinyBert };
  const logger = createLogger(() => {}, config);
  await using services = await openServices(config, { logger });
  const app = createApp(services, config, { logger });

  const response = await app.request("/v1/collections", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "notes", model: "org/tiny" }),
  });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    code: "model_offline",
    hint: expect.stringContaining("galen model pull org/tiny") as string,
  });
  expect(hub.requests).toEqual([]);
  expect(await readdir(folder.path)).toEqual(["data"]);
});
