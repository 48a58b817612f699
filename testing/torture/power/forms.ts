import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { WriterLaunch } from "../child/writer-process.ts";
import { entryOf } from "./entries.ts";

/** A way to know what a process has put on disk. */
export interface WatchForm {
  readonly name: "shim" | "hook";
  launch(root: string, image: string): WriterLaunch;
  readonly isTrusted: (name: string) => boolean;
}

const run = promisify(execFile);
const SHIM = fileURLToPath(new URL("shim.c", import.meta.url));
const HOOK = new URL("hook.ts", import.meta.url).href;

/** Needs nothing but Node: sees what is synchronized from JavaScript. SQLite does that in native code, and is believed. */
export const hook: WatchForm = {
  name: "hook",
  launch: (root, image) => ({ env: watching(root, image), nodeArguments: ["--import", HOOK] }),
  isTrusted: (name) => name.startsWith("catalogue.sqlite") || name.startsWith("galen.lock"),
};

/** Sees every fsync of the process, also SQLite's. Needs Linux and a C compiler; undefined without them. */
export async function compileShim(folder: string): Promise<WatchForm | undefined> {
  const library = join(folder, "shim.so");
  const form: WatchForm = {
    name: "shim",
    launch: (root, image) => ({ env: { ...watching(root, image), LD_PRELOAD: library } }),
    isTrusted: () => false,
  };
  try {
    await run("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-pthread", "-o", library, SHIM]);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  return (await isWorking(form, folder)) ? form : undefined;
}

/** A Node that is linked without the C library's symbols, or a system without LD_PRELOAD, would not be watched. */
async function isWorking(form: WatchForm, folder: string): Promise<boolean> {
  const [root, image] = [join(folder, "probe"), join(folder, "probe-image")];
  for (const path of [root, image]) mkdirSync(path);
  const code = `const fs = require("node:fs"); fs.fsyncSync(fs.openSync(${JSON.stringify(join(root, "file"))}, "w"));`;
  await run(process.execPath, ["-e", code], { env: { ...process.env, ...form.launch(root, image).env } });
  return existsSync(join(image, `${entryOf(join(root, "file")).key}.file`));
}

function watching(root: string, image: string): Readonly<Record<string, string>> {
  return { GALEN_POWER_ROOT: root, GALEN_POWER_IMAGE: image };
}
