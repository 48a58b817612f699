import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A checkout as a clone leaves it: tracked files only, nothing installed. */
function cloneInto(folder: string): void {
  const files = execFileSync(
    "git",
    ["ls-files", "-z", "scripts", "package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "packages", "apps"],
    { cwd: root },
  );
  for (const file of files.toString("utf8").split("\0").filter(Boolean)) cpSync(join(root, file), join(folder, file));
}

function bootstrap(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  return spawnSync(process.execPath, ["scripts/bootstrap.mjs", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: home, npm_config_fetch_retries: "0", ...env },
  });
}

describe("the bootstrap", () => {
  it("says that the registry cannot be reached, and what to do", async () => {
    await using directory = await temporaryDirectory();
    cloneInto(directory.path);
    const { status, stderr, stdout } = bootstrap(directory.path, ["start"], {
      npm_config_registry: "http://127.0.0.1:9/",
    });
    expect(stderr).toContain("the package registry cannot be reached");
    expect(stderr).toMatch(/^hint: {2}Check the network/m);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  it("names the tasks when it does not know one", async () => {
    await using directory = await temporaryDirectory();
    cloneInto(directory.path);
    const { status, stderr } = bootstrap(directory.path, ["strat"]);
    expect(stderr).toContain('there is no task "strat"');
    expect(stderr).toContain("start, test, galen");
    expect(status).toBe(1);
  });

  it("says that a folder cannot be written", async () => {
    await using directory = await temporaryDirectory();
    cloneInto(directory.path);
    // A file where the state folder belongs stops root as well, which a read-only folder does not.
    writeFileSync(join(directory.path, ".galen"), "");
    const { status, stderr } = bootstrap(directory.path, ["start"]);
    expect(stderr).toContain("cannot be written");
    expect(status).toBe(1);
  });
});
