import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test, vi } from "vitest";

import { hurried } from "../testing/hub-stage.ts";
import { acquireLock } from "./lock.ts";

const options = { pace: hurried };

async function lockFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryDirectory();
  return { path: join(folder.path, "deep", "galen.lock"), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test("one owner at a time, and nothing stays behind", async () => {
  await using folder = await lockFolder();
  const { path } = folder;
  let inside = 0;
  const visit = async (): Promise<number> => {
    await using _lock = await acquireLock(path, options);
    inside += 1;
    const seen = inside;
    await stat(path);
    inside -= 1;
    return seen;
  };
  expect(await Promise.all([visit(), visit(), visit(), visit()])).toEqual([1, 1, 1, 1]);
  expect(await readdir(dirname(path))).toEqual([]);
});

test("who waits is told once, and may stop", async () => {
  await using folder = await lockFolder();
  const { path } = folder;
  await using _lock = await acquireLock(path, options);
  const controller = new AbortController();
  const onWait = vi.fn<() => void>(() => controller.abort(new Error("enough")));
  await expect(acquireLock(path, { ...options, signal: controller.signal, onWait })).rejects.toThrow("enough");
  expect(onWait).toHaveBeenCalledTimes(1);
});

const DEAD_PID = 2 ** 22 + 1; // above the largest pid of Linux, and of no process elsewhere

test.each([
  ["whose process is gone", { pid: DEAD_PID, host: hostname(), key: "x" }, 0],
  ["without a sign of life", { pid: process.pid, host: hostname(), key: "x" }, 60],
  ["of another machine without a sign of life", { pid: 1, host: "elsewhere", key: "x" }, 60],
  ["that is no lock, after a while", "", 60],
])("a lock %s is taken over", async (_, owner, age) => {
  await using folder = await lockFolder();
  const { path } = folder;
  await (await acquireLock(path, options))[Symbol.asyncDispose]();
  await writeFile(path, JSON.stringify(owner));
  const then = new Date(Date.now() - age * 1000);
  await utimes(path, then, then);
  const onWait = vi.fn<() => void>();
  const all = await Promise.all([1, 2, 3].map(() => acquireOnce(path, onWait)));
  expect(all).toEqual([true, true, true]);
  expect(await readdir(dirname(path))).toEqual([]);
});

async function acquireOnce(path: string, onWait: () => void): Promise<boolean> {
  await using _lock = await acquireLock(path, { ...options, onWait });
  return (JSON.parse(await readFile(path, "utf8")) as { pid: number }).pid === process.pid;
}

test("a lock of a living process on another machine is waited for", async () => {
  await using folder = await lockFolder();
  const { path } = folder;
  await (await acquireLock(path, options))[Symbol.asyncDispose]();
  await writeFile(path, JSON.stringify({ pid: DEAD_PID, host: "elsewhere", key: "x" }));
  const controller = new AbortController();
  const onWait = (): void => controller.abort(new Error("waits"));
  await expect(acquireLock(path, { ...options, signal: controller.signal, onWait })).rejects.toThrow("waits");
});

test("the owner shows that it lives", async () => {
  await using folder = await lockFolder();
  const { path } = folder;
  await using _lock = await acquireLock(path, options);
  await utimes(path, 0, 0);
  await vi.waitFor(async () => expect((await stat(path)).mtimeMs).toBeGreaterThan(0));
});
