import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { sha256 } from "@galen/testing";
import { expect, test, vi } from "vitest";

import { locateModel } from "../model-folder/sources.ts";
import { contentOf, inSnapshot, stageHub } from "../testing/hub-stage.ts";
import type { HubStage } from "../testing/hub-stage.ts";

const module = new URL("pull-model.ts", import.meta.url).href;

/** Pulls `org/tiny` in a process of its own, which prints the phases that it went through. */
function pullInChild({ hub, layout }: HubStage): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const code = `
    import { pullModel } from ${JSON.stringify(module)};
    const phases = new Set();
    const { files } = await pullModel("org/tiny", { onProgress: ({ phase }) => phases.add(phase) });
    console.log(JSON.stringify({ phases: [...phases], downloaded: files.filter((file) => file.downloadedBytes > 0).length }));
  `;
  const env = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: layout.root, HF_HUB_OFFLINE: "" };
  return spawn(process.execPath, ["--conditions=@galen/source", "--input-type=module", "--eval", code], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("two processes at once download a model once; the second waits and finds it", async () => {
  await using stage = await stageHub();
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  stage.hub.intercept = async ({ server }) => {
    if (server === "cdn") started.resolve();
    if (server === "cdn") await gate.promise;
    return false;
  };
  const first = pullInChild(stage);
  await started.promise;
  const second = pullInChild(stage);
  // The second process asks the hub nothing while it waits, so its own word is the sign.
  const waiting = stage.pull({ onProgress: ({ phase }) => void (phase === "waiting" && gate.resolve()) });
  const [one, two] = await Promise.all([text(first.stdout), text(second.stdout), waiting]);
  expect(JSON.parse(one)).toEqual({ phases: ["preparing", "downloading"], downloaded: 8 });
  expect(JSON.parse(two)).toMatchObject({ downloaded: 0 });
  const paths = stage.hub.downloads.filter(({ server }) => server === "hub").map(({ path }) => path);
  expect(paths.length).toBe(new Set(paths).size);
  expect(stage.hub.downloads.filter(({ server }) => server === "cdn")).toHaveLength(1);
});

test("a process that is killed in the middle leaves no lock that holds, and a beginning that is continued", async () => {
  await using stage = await stageHub();
  const weights = contentOf(stage.repository, "model.safetensors");
  stage.hub.intercept = ({ server }, response) => {
    if (server !== "cdn") return false;
    response.writeHead(200, { "content-length": weights.length });
    response.write(weights.subarray(0, 100_000));
    return true;
  };
  const child = pullInChild(stage);
  await vi.waitFor(async () => expect((await stat(stage.layout.incomplete(sha256(weights)))).size).toBe(100_000), {
    timeout: 20_000,
  });
  child.kill("SIGKILL");
  await once(child, "exit");
  await stat(stage.layout.lock); // it could not take its lock away
  expect(await locateModel("org/tiny", stage.source)).toBeUndefined();
  expect(await readdir(stage.layout.model)).toEqual(["blobs"]);

  stage.hub.intercept = () => false;
  const phases = new Set<string>();
  await stage.pull({ onProgress: ({ phase }) => phases.add(phase) });
  expect(phases).not.toContain("waiting");
  expect(stage.hub.downloads.at(-1)?.range).toBe("bytes=100000-");
  expect(await readFile(inSnapshot(stage, "model.safetensors"))).toEqual(weights);
});
