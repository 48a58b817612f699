import { join } from "node:path";
import { HubStandIn, repositoryOf, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { SentenceTransformer } from "../sentence-transformer.ts";
import { pullModel } from "./pull-model.ts";

test("x", async () => {
  await using hub = await HubStandIn.start({ "org/tiny": await repositoryOf(tinyBertFolder) });
  await using cache = await temporaryDirectory();
  const pulled = await pullModel("org/tiny", {
    endpoint: hub.endpoint,
    cacheFolder: cache.path,
    onProgress: (p) => console.log(p),
  });
  console.log(pulled, hub.requests);
  const again = await pullModel("org/tiny", { endpoint: hub.endpoint, cacheFolder: cache.path });
  console.log(again);
});
