import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { DbError } from "../errors.ts";
import { DurabilityBarrier } from "./durability.ts";
import { storageError } from "./failure.ts";
import { folderBytes } from "./folder-bytes.ts";
import { storageFor } from "./registry.ts";
import { storageContract } from "./storage.contract.ts";
import { lockFolder } from "./folder-lock.ts";

for (const [name, uriOf] of [
  ["a path", (path: string) => path],
  ["a file: URI", (path: string) => pathToFileURL(path).href],
] as const) {
  storageContract(name, async () => {
    const folder = await temporaryDirectory();
    return { uri: uriOf(join(folder.path, "new", "data")), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  });
}

test.each(["s3://bucket/data", "memory:", "http://localhost/x", "FTP:x", "postgres://u:p@h/d"])(
  "%s is no place yet",
  (uri) => {
    expect(() => storageFor(uri)).toThrow(
      expect.objectContaining({ code: "storage_failed", hint: "Name a local folder." }),
    );
  },
);

test("another process holds the lock until it is killed", async () => {
  await using folder = await temporaryDirectory();
  const module = new URL("folder-lock.ts", import.meta.url).href;
  const script = `import { lockFolder } from ${JSON.stringify(module)}; lockFolder(${JSON.stringify(folder.path)}); console.log("held"); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ["--conditions=@galen/source", "--input-type=module", "-e", script]);
  await once(holder.stdout, "data");
  expect(() => lockFolder(folder.path)).toThrow(expect.objectContaining({ code: "data_folder_locked" }));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  lockFolder(folder.path).release();
});

test.each([
  [Object.assign(new Error("write failed"), { code: "ENOSPC" }), "disk_full"],
  [Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" }), "disk_full"],
  [new Error("LanceError(IO): Generic LocalFileSystem error: No space left on device (os error 28)"), "disk_full"],
  [new Error("outer", { cause: Object.assign(new Error("inner"), { code: "EDQUOT" }) }), "disk_full"],
  [new Error("anything else"), "storage_failed"],
  ["not even an error", "storage_failed"],
])("%s is told as %s", (error, code) => {
  expect(storageError(error, "Storing")).toMatchObject({ code, cause: error });
});

test("errors that have a code, and aborts, pass through", () => {
  const known = new DbError("filter_invalid", "x");
  const aborted = AbortSignal.abort().reason as unknown;
  expect(storageError(known, "Storing")).toBe(known);
  expect(storageError(aborted, "Storing")).toBe(aborted);
});

test("a barrier passes over new files, and over folders whose files went away", async () => {
  await using folder = await temporaryDirectory();
  const table = join(folder.path, "t.lance");
  await mkdir(join(table, "data"), { recursive: true });
  const barrier = new DurabilityBarrier(table);
  await writeFile(join(table, "data", "a"), "1234");
  await writeFile(join(table, "latest_version_hint.json"), "{}");
  await barrier.pass();
  await rm(join(table, "data", "a"));
  await barrier.pass();
  expect(await folderBytes(table)).toBe(2);
  await rm(table, { recursive: true });
  await expect(barrier.pass()).rejects.toMatchObject({ code: "ENOENT" });
});
