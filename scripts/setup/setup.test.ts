import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, it } from "vitest";
import { fingerprintOfTimes } from "./fingerprint.mjs";
import { explainInstallFailure } from "./install-failure.mjs";
import { withLock } from "./lock.mjs";
import { unlessStamped } from "./stamp.mjs";
import { nodeIsRecent } from "./toolchain.mjs";

describe("the Node version", () => {
  it.each([
    ["20.20.2", false],
    ["22.11.0", false],
    ["22.18.0", true],
    ["23.11.0", false],
    ["24.0.0", true],
    ["25.1.0", false],
    ["26.2.0", true],
  ])("%s runs everything: %s", (version, expected) => {
    expect(nodeIsRecent(version)).toBe(expected);
  });
});

describe("a failed installation", () => {
  it.each([
    ["npm error code ENOTFOUND", "the package registry cannot be reached"],
    ["connect ECONNREFUSED 127.0.0.1:9", "the package registry cannot be reached"],
    ["ENOSPC: no space left on device, write", "the disk is full"],
    ["EACCES: permission denied, mkdir", "a folder cannot be written"],
    ["ERR_PNPM_FROZEN_LOCKFILE_WITH_OUTDATED_LOCKFILE", "pnpm-lock.yaml does not fit"],
    ["something new", "see the last lines"],
  ])("%s is explained", (output, cause) => {
    const error = explainInstallFailure("It failed", output);
    expect(error.message).toContain(cause);
    expect(error.hint).toMatch(/\.$/);
  });
});

describe("the set-up lock", () => {
  it("runs one at a time", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "lock");
    const order: string[] = [];
    const { promise: firstMayEnd, resolve: endFirst } = Promise.withResolvers<void>();
    const first = withLock(file, async () => {
      order.push("first begins");
      await firstMayEnd;
      order.push("first ends");
    });
    const second = withLock(file, async () => void order.push("second"));
    endFirst();
    await Promise.all([first, second]);
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });

  it("is taken over from a process that is gone", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "lock");
    writeFileSync(file, "999999999");
    expect(await withLock(file, async () => "done")).toBe("done");
  });
});

describe("a stamp", () => {
  it("skips work that was done and repeats work that failed", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "stamp");
    let runs = 0;
    const work = async () => void runs++;
    await expect(unlessStamped(file, "a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await unlessStamped(file, "a", work);
    await unlessStamped(file, "a", work);
    expect(runs).toBe(1);
    await unlessStamped(file, "b", work);
    expect(runs).toBe(2);
  });
});

describe("a fingerprint of a folder", () => {
  it("changes with a file's size and ignores what the build does not read", async () => {
    await using directory = await temporaryDirectory();
    const { path } = directory;
    mkdirSync(join(path, "src"));
    mkdirSync(join(path, "dist"));
    const fingerprint = () =>
      fingerprintOfTimes(["."], { base: path, ignore: (name: string) => name.endsWith(".test.ts") });
    writeFileSync(join(path, "src/a.ts"), "1");
    const before = fingerprint();
    writeFileSync(join(path, "src/a.test.ts"), "1");
    writeFileSync(join(path, "dist/a.js"), "1");
    expect(fingerprint()).toBe(before);
    writeFileSync(join(path, "src/a.ts"), "12");
    expect(fingerprint()).not.toBe(before);
  });
});
