import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { dirname } from "node:path";
import { sha256 } from "@galen/testing";
import type { Intercept, SeenRequest } from "@galen/testing";
import { afterEach, describe, expect, test, vi } from "vitest";

import { locateModel, openModel } from "../model-folder/sources.ts";
import { contentOf, inSnapshot, stageHub } from "../testing/hub-stage.ts";
import type { HubStage } from "../testing/hub-stage.ts";
import type { PullProgress } from "./model-source.ts";

afterEach(() => void vi.unstubAllEnvs());

const HALF = 100_000;

const weightsOf = ({ repository }: HubStage): Uint8Array => contentOf(repository, "model.safetensors");
const blobOf = (stage: HubStage): string => stage.layout.blob(sha256(weightsOf(stage)));
const incompleteOf = (stage: HubStage): string => stage.layout.incomplete(sha256(weightsOf(stage)));
const cdnRequests = ({ hub }: HubStage): SeenRequest[] => hub.requests.filter(({ server }) => server === "cdn");

/** Answers requests to the CDN, the first ones by the functions given; then the stand-in does. */
function scriptCdn(...answers: readonly ((response: ServerResponse, seen: SeenRequest) => void)[]): Intercept {
  const queue = [...answers];
  return (seen, response) => {
    const answer = seen.server === "cdn" ? queue.shift() : undefined;
    answer?.(response, seen);
    return answer !== undefined;
  };
}

/** A connection to the CDN that carries the beginning of the weights and is cut when that has been written to the disk. */
function cutInTheMiddle(stage: HubStage): {
  readonly answer: (response: ServerResponse) => void;
  readonly onProgress: (progress: PullProgress) => void;
} {
  let held: ServerResponse | undefined;
  return {
    answer: (response) => {
      held = response;
      response.writeHead(200, { "content-length": weightsOf(stage).length });
      response.write(weightsOf(stage).subarray(0, HALF));
    },
    onProgress: ({ file, bytes }) => {
      if (file === "model.safetensors" && bytes >= HALF) held?.destroy();
    },
  };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(code, headers).end();
  };

const reset = (response: ServerResponse): void => void response.destroy();

const garbage = (stage: HubStage) => (response: ServerResponse) =>
  void response.writeHead(200).end(new Uint8Array(weightsOf(stage).length));

async function leaveIncomplete(stage: HubStage, content: Uint8Array): Promise<void> {
  await mkdir(stage.layout.blobs, { recursive: true });
  await writeFile(incompleteOf(stage), content);
}

async function expectWhole(stage: HubStage): Promise<void> {
  expect(await readFile(inSnapshot(stage, "model.safetensors"))).toEqual(weightsOf(stage));
  expect((await readdir(stage.layout.blobs)).filter((name) => name.includes("incomplete"))).toEqual([]);
}

async function expectNotFound(stage: HubStage): Promise<void> {
  await expect(openModel("org/tiny", { ...stage.source, offline: true })).rejects.toMatchObject({
    code: "model_offline",
  });
  await expect(stat(blobOf(stage))).rejects.toMatchObject({ code: "ENOENT" });
}

describe("a connection that is cut", () => {
  test("goes on where it stopped", async () => {
    await using stage = await stageHub();
    const cut = cutInTheMiddle(stage);
    stage.hub.intercept = scriptCdn(cut.answer);
    const seen: PullProgress[] = [];
    const onProgress = (progress: PullProgress): void => {
      seen.push(progress);
      cut.onProgress(progress);
    };
    await stage.pull({ onProgress });
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual([undefined, `bytes=${HALF}-`]);
    expect(seen.some(({ file, resumed }) => file === "model.safetensors" && resumed)).toBe(true);
    await expectWhole(stage);
  });

  test("again and again is given up, and the next call goes on", async () => {
    await using stage = await stageHub();
    const { answer, onProgress } = cutInTheMiddle(stage);
    stage.hub.intercept = scriptCdn(answer, reset, reset);
    await expect(stage.pull({ onProgress })).rejects.toMatchObject({
      code: "model_download_failed",
      message: expect.stringMatching(/model\.safetensors of org\/tiny: .*3 times/u) as string,
    });
    await expectNotFound(stage);
    expect((await stat(incompleteOf(stage))).size).toBe(HALF);
    const pulled = await stage.pull();
    expect(pulled.files.find(({ path }) => path === "model.safetensors")?.downloadedBytes).toBe(
      weightsOf(stage).length - HALF,
    );
    await expectWhole(stage);
  });

  test("and one on which nothing arrives any more counts as cut", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(
      (response) =>
        void response
          .writeHead(200, { "content-length": weightsOf(stage).length })
          .write(weightsOf(stage).subarray(0, 1)),
    );
    await stage.pull({ pace: { idleTimeout: 1_000 } });
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual([undefined, "bytes=1-"]);
    await expectWhole(stage);
  });

  test("on the list of files is tried again", async () => {
    await using stage = await stageHub();
    let cuts = 0;
    stage.hub.intercept = ({ path }, response) => {
      if (!path.startsWith("/api/") || cuts++ > 1) return false;
      response.destroy();
      return true;
    };
    await stage.pull();
    expect(cuts).toBe(3);
  });
});

describe("a continued download", () => {
  const RANGE = `bytes=${HALF}-`;

  test.each([
    [
      "a server that ignores ranges",
      (stage: HubStage) => (response: ServerResponse) => void response.writeHead(200).end(weightsOf(stage)),
      [RANGE],
    ],
    ["416", () => status(416), [RANGE, undefined]],
    ["another range than asked for", () => status(206, { "content-range": "bytes 5-9/249024" }), [RANGE, undefined]],
  ])("%s begins anew", async (_, answer, ranges) => {
    await using stage = await stageHub();
    await leaveIncomplete(stage, weightsOf(stage).subarray(0, HALF));
    stage.hub.intercept = scriptCdn(answer(stage));
    await stage.pull();
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual(ranges);
    await expectWhole(stage);
  });

  test("of wrong bytes is noticed and begins anew", async () => {
    await using stage = await stageHub();
    await leaveIncomplete(stage, new Uint8Array(HALF));
    await stage.pull();
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual([`bytes=${HALF}-`, undefined]);
    await expectWhole(stage);
  });

  test("that is longer than the file, or whole already, asks for what it needs", async () => {
    await using stage = await stageHub();
    await leaveIncomplete(stage, new Uint8Array(weightsOf(stage).length + 1));
    await stage.pull();
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual([undefined]);

    await using other = await stageHub();
    await leaveIncomplete(other, weightsOf(other));
    await other.pull();
    expect(cdnRequests(other)).toEqual([]);
    await expectWhole(other);
  });

  test("does not take the beginning of another version", async () => {
    await using stage = await stageHub();
    await leaveIncomplete(stage, weightsOf(stage).subarray(0, HALF));
    const changed = Buffer.concat([weightsOf(stage), Buffer.from(" ")]);
    stage.hub.repositories.set("org/tiny", {
      commit: "e".repeat(40),
      files: new Map(stage.repository.files).set("model.safetensors", changed),
    });
    await stage.pull();
    expect(cdnRequests(stage).map(({ range }) => range)).toEqual([undefined]);
  });
});

describe("a wrong checksum", () => {
  test("once is downloaded once more", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(garbage(stage));
    await stage.pull();
    expect(cdnRequests(stage)).toHaveLength(2);
    await expectWhole(stage);
  });

  test("twice is an error that leaves nothing behind", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(garbage(stage), garbage(stage), garbage(stage));
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      message: expect.stringContaining("checksum") as string,
    });
    expect(cdnRequests(stage)).toHaveLength(2);
    await expectNotFound(stage);
    await expect(stat(incompleteOf(stage))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("of a small file is noticed too", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ method, path }, response) => {
      if (method !== "GET" || !path.endsWith("tokenizer.json")) return false;
      response.end(Buffer.alloc(contentOf(stage.repository, "tokenizer.json").length));
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      details: { file: "tokenizer.json" },
    });
    expect(await locateModel("org/tiny", stage.source)).toBeUndefined();
  });
});

describe("an answer that tells to come back", () => {
  test.each([429, 500, 502, 503, 504, 408])("%i is tried again", async (code) => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(status(code), status(code));
    await stage.pull();
    expect(cdnRequests(stage)).toHaveLength(3);
  });

  test("is given up after some attempts", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      message: expect.stringContaining("503") as string,
    });
    expect(stage.hub.requests).toHaveLength(3);
  });

  test("after a time is taken at its word, unless the time is too long", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(status(429, { "retry-after": "1" }));
    const started = performance.now();
    await stage.pull();
    expect(performance.now() - started).toBeGreaterThan(990);

    await using busy = await stageHub();
    busy.hub.intercept = scriptCdn(status(429, { "retry-after": "3600" }));
    await expect(busy.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      hint: expect.stringContaining("3600 seconds") as string,
    });
    expect(cdnRequests(busy)).toHaveLength(1);
  });
});

describe("a refusal is told apart and not tried again", () => {
  test.each([
    ["a model that is not there", 401, "RepoNotFound", "model_not_found", /private/u, /HF_TOKEN/u],
    ["a mirror without error codes", 404, "", "model_not_found", /private/u, /HF_TOKEN/u],
    ["a revision that is not there", 404, "RevisionNotFound", "model_not_found", /revision main/u, /branch/u],
    ["a gated model", 403, "GatedRepo", "model_access_denied", /gated/u, /Accept its conditions at http.*org\/tiny/u],
    ["a forbidden model", 403, "", "model_access_denied", /refuses/u, /HF_TOKEN/u],
    ["a code that is a name of every object", 418, "constructor", "model_download_failed", /418/u, /HF_ENDPOINT/u],
  ])("%s", async (_, statusCode, errorCode, code, message, hint) => {
    await using stage = await stageHub();
    stage.hub.intercept = (_, response) => {
      response.writeHead(statusCode, { "x-error-code": errorCode }).end();
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(stage.hub.requests).toHaveLength(1);
  });

  test("a token that is not accepted", async () => {
    await using stage = await stageHub();
    stage.hub.repositories.set("org/tiny", { ...stage.repository, token: "right" });
    stage.hub.intercept = ({ server, authorization }, response) => {
      if (server === "cdn" || authorization === "Bearer right") return false;
      response.writeHead(401).end();
      return true;
    };
    await expect(stage.pull({ token: "wrong-secret" })).rejects.toMatchObject({ code: "model_access_denied" });
    await stage.pull({ token: "right" });
  });

  test("a gated file of a model whose list is open", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ path }, response) => {
      if (!path.includes("/resolve/")) return false;
      response.writeHead(403, { "x-error-code": "GatedRepo" }).end();
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({ code: "model_access_denied" });
  });

  test("a CDN that refuses is not taken for the hub", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(status(403));
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      message: expect.stringContaining(`${new URL(stage.hub.cdn).host} answered 403`) as string,
    });
  });

  test("a file that the list names and the hub does not have", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ path }, response) => {
      if (!path.endsWith("/tokenizer.json")) return false;
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      details: { file: "tokenizer.json" },
    });
  });
});

describe("the token", () => {
  test("goes to the hub and not to the CDN, nor into an error", async () => {
    await using stage = await stageHub();
    stage.hub.repositories.set("org/tiny", { ...stage.repository, token: "hf_secret" });
    await stage.pull({ token: "hf_secret" });
    const [hub, cdn] = [stage.hub.requests.filter(({ server }) => server === "hub"), cdnRequests(stage)];
    expect(new Set(hub.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer hf_secret"]));
    expect(cdn.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each([["hf_sec\nret"], ["hf_sécret"], ["hf secret"]])("%j is refused without being told", async (token) => {
    await using stage = await stageHub();
    const error: unknown = await stage.pull({ token }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "model_access_denied" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(token.slice(-4));
    expect(stage.hub.requests).toEqual([]);
  });

  test("is not sent in the clear", async () => {
    await using stage = await stageHub();
    const sent = vi.spyOn(globalThis, "fetch");
    await expect(stage.pull({ token: "hf_secret", endpoint: "http://mirror.example" })).rejects.toMatchObject({
      code: "model_access_denied",
      message: expect.not.stringContaining("hf_secret") as string,
    });
    expect(sent).not.toHaveBeenCalled();
    sent.mockRestore();
  });
});

describe("a hub that is none", () => {
  test.each([
    ["a page", (response: ServerResponse) => void response.end("<html>Sign in to the network</html>")],
    ["another JSON", (response: ServerResponse) => void response.end('{"sha":"main"}')],
    ["a commit that is a path", (response: ServerResponse) => void response.end('{"sha":"../../../x","siblings":[]}')],
    ["a list without end", (response: ServerResponse) => endless(response)],
  ])("%s in place of the list of files", async (_, answer) => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ path }, response) => {
      if (path.startsWith("/api/")) answer(response);
      return path.startsWith("/api/");
    };
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      hint: expect.stringContaining("HF_ENDPOINT") as string,
    });
  });

  test.each([
    ["without an etag", {}],
    ["with an etag that is no checksum", { etag: '"../../refs/main"' }],
    ["of another commit", { etag: `"${"a".repeat(40)}"`, "x-repo-commit": "b".repeat(40) }],
    ["of more bytes than any file", { etag: `"${"a".repeat(40)}"`, "x-linked-size": "999999999999999999" }],
    ["of a negative size", { etag: `"${"a".repeat(40)}"`, "x-linked-size": "-1" }],
  ])("a file %s", async (_, headers) => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ method }, response) => {
      if (method === "HEAD") response.writeHead(200, headers).end();
      return method === "HEAD";
    };
    await expect(stage.pull()).rejects.toMatchObject({ code: "model_download_failed" });
    expect(stage.hub.downloads).toEqual([]);
  });

  test("a file without end is cut at its size", async () => {
    await using stage = await stageHub();
    stage.hub.intercept = scriptCdn(endless);
    await expect(stage.pull()).rejects.toMatchObject({
      code: "model_download_failed",
      message: expect.stringContaining("longer") as string,
    });
    await expect(stat(incompleteOf(stage))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each([
    ["in a circle", (_: string, url: string) => url],
    ["to a file", () => "file:///etc/passwd"],
    ["with a password", (origin: string) => origin.replace("//", "//user:secret@")],
    ["to no address", () => "http://"],
  ])("a redirect %s", async (_, location) => {
    await using stage = await stageHub();
    stage.hub.intercept = ({ server, path }, response) => {
      if (server === "cdn") response.writeHead(302, { location: location(stage.hub.cdn, path) }).end();
      return server === "cdn";
    };
    const error: unknown = await stage.pull().catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: "model_download_failed",
      message: expect.stringContaining("redirect") as string,
    });
    expect(String(error)).not.toContain("signature");
    expect(cdnRequests(stage).length).toBeLessThan(20);
  });

  test.each([["ftp://example.org"], ["not an address"], ["https://user:secret@example.org"]])(
    "the endpoint %s",
    async (endpoint) => {
      await using stage = await stageHub();
      await expect(stage.pull({ endpoint })).rejects.toMatchObject({
        code: "model_download_failed",
        message: expect.not.stringContaining("secret") as string,
      });
    },
  );
});

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(1024 * 1024, "[");
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
}

describe("an abort", () => {
  test("keeps what has arrived and gives back the lock", async () => {
    await using stage = await stageHub();
    const controller = new AbortController();
    stage.hub.intercept = scriptCdn((response) => {
      response.writeHead(200, { "content-length": weightsOf(stage).length });
      response.write(weightsOf(stage).subarray(0, HALF));
    });
    const stop = ({ file, bytes }: PullProgress): void => {
      if (file === "model.safetensors" && bytes >= HALF) controller.abort(new Error("enough"));
    };
    await expect(stage.pull({ signal: controller.signal, onProgress: stop })).rejects.toThrow("enough");
    expect((await stat(incompleteOf(stage))).size).toBe(HALF);
    expect(await readdir(dirname(stage.layout.lock))).toEqual([]);
    await expectNotFound(stage);
    await stage.pull();
    expect(cdnRequests(stage).at(-1)?.range).toBe(`bytes=${HALF}-`);
    await expectWhole(stage);
  });

  test("before the first request asks nothing", async () => {
    await using stage = await stageHub();
    await expect(stage.pull({ signal: AbortSignal.abort(new Error("never mind")) })).rejects.toThrow("never mind");
    expect(stage.hub.requests).toEqual([]);
  });
});

describe("a disk without room", () => {
  test("is seen before the download", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `part-${index}.safetensors`);
    const index = JSON.stringify({ weight_map: Object.fromEntries(names.map((name) => [name, name])) });
    await using stage = await stageHub({
      "model.safetensors": undefined,
      "model.safetensors.index.json": index,
      ...Object.fromEntries(names.map((name) => [name, name])),
    });
    stage.hub.intercept = ({ method, path }, response) => {
      if (method !== "HEAD" || !path.includes("part-")) return false;
      response
        .writeHead(200, { etag: `"${sha256(Buffer.from(path))}"`, "x-linked-size": String(50 * 1000 ** 3) })
        .end();
      return true;
    };
    await expect(stage.pull()).rejects.toMatchObject({ code: "disk_full" });
    expect(stage.hub.downloads.some(({ path }) => path.includes("part-"))).toBe(false);
  });

  // /dev/full takes every write as a full disk does.
  test("during the download leaves no half file", async () => {
    await using stage = await stageHub();
    await mkdir(stage.layout.blobs, { recursive: true });
    await symlink("/dev/full", incompleteOf(stage));
    await expect(stage.pull()).rejects.toMatchObject({
      code: "disk_full",
      hint: expect.stringContaining("HF_HUB_CACHE") as string,
    });
    expect(await readdir(stage.layout.blobs)).not.toContain(`${sha256(weightsOf(stage))}.incomplete`);
    await expectNotFound(stage);
    await stage.pull();
    await expectWhole(stage);
  });
});
