import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./command.mjs";
import { fingerprintOfContents, fingerprintOfTimes } from "./fingerprint.mjs";
import { explainInstallFailure } from "./install-failure.mjs";
import { withSetupLock } from "./lock.mjs";
import { root, stateFolder } from "./paths.mjs";
import { step } from "./progress.mjs";
import { SetupError } from "./setup-error.mjs";
import { unlessStamped } from "./stamp.mjs";
import { ensureToolchain } from "./toolchain.mjs";

/** Packages unpacked, toolchain and build output together. */
const NEEDED_BYTES = 2_000_000_000;

/** Everything that a task needs: toolchain, packages and, with `build`, the compiled packages and page. Costs some 20 ms when all is there. */
export async function ensureReady({ build = true } = {}) {
  ensureStateFolder();
  return withSetupLock(async () => {
    ensureSpace();
    const toolchain = await ensureToolchain();
    await ensureInstalled(toolchain);
    if (build) await ensureBuilt(toolchain);
    return toolchain;
  });
}

function ensureStateFolder() {
  try {
    mkdirSync(stateFolder, { recursive: true });
  } catch (cause) {
    throw new SetupError(
      `the folder ${stateFolder} cannot be written (${cause.code})`,
      "Make the checkout writable, or clone it elsewhere.",
      { cause },
    );
  }
}

function ensureSpace() {
  if (existsSync(join(root, "node_modules"))) return;
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < NEEDED_BYTES)
    throw new SetupError(
      `only ${Math.round((bavail * bsize) / 1e6)} MB are free on this disk`,
      "The first set-up needs about 2 GB. Free some space and run the same command again.",
    );
}

async function ensureInstalled({ pnpm, env }) {
  const manifests = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...workspaceManifests()];
  const wanted = `${fingerprintOfContents(manifests)} ${process.platform} ${process.arch}`;
  await unlessStamped(join(root, "node_modules", ".galen-installed"), wanted, async () => {
    const done = step("Installing packages");
    const { code, tail } = await runQuietly(
      pnpm,
      ["install", "--frozen-lockfile", "--config.confirmModulesPurge=false"],
      { env },
    );
    if (code !== 0) throw explainInstallFailure("The packages could not be installed", tail);
    done();
  });
}

async function ensureBuilt({ pnpm, env }) {
  const inputs = ["pnpm-lock.yaml", "tsconfig.base.json", "turbo.json", "packages", "apps"];
  const wanted = fingerprintOfTimes(inputs, {
    ignore: (name) => /\.test\.tsx?$|\.contract\.ts$|[/\\]e2e[/\\]/.test(name),
  });
  const built = existsSync(join(root, "packages/server/dist")) && existsSync(join(root, "apps/playground/dist"));
  const stamp = join(stateFolder, "built");
  if (!built) rmSync(stamp, { force: true });
  await unlessStamped(stamp, wanted, async () => {
    const done = step("Building");
    const { code, tail } = await runQuietly(pnpm, ["run", "build:all"], {
      env: { ...env, TURBO_TELEMETRY_DISABLED: "1" },
    });
    if (code !== 0)
      throw new SetupError(
        `The build failed\n${tail.trim().split("\n").slice(-20).join("\n")}`,
        "The whole output is in .galen/setup.log.",
      );
    done();
  });
}

function workspaceManifests() {
  const folders = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  return [...folders, "testing", "testing/product", "testing/torture", "examples", "benchmarks"]
    .map((folder) => `${folder}/package.json`)
    .filter((file) => existsSync(join(root, file)));
}
