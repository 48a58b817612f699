import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { runQuietly } from "./command.mjs";
import { explainInstallFailure } from "./install-failure.mjs";
import { step } from "./progress.mjs";
import { toolchainFolder } from "./paths.mjs";

const NODE_VERSION = "24.21.0";
const PNPM_VERSION = "12.21.0";

/** Finds or puts in place a recent Node and pnpm. Resolves to `{ node, pnpm, env }`, `env` with both first on the PATH. */
export async function ensureToolchain() {
  const pnpmBin = await ensureTool("pnpm", `pnpm@${PNPM_VERSION}`, { finish: "node_modules/pnpm/install.js" });
  const recent = nodeIsRecent(process.versions.node);
  const node = recent
    ? process.execPath
    : join(await ensureTool("node", `${nodePackage()}@${NODE_VERSION}`), executable("node"));
  const path = [dirname(node), pnpmBin, process.env.PATH ?? ""].join(delimiter);
  const env = { ...process.env, PATH: path, npm_config_update_notifier: "false" };
  return { node, pnpm: join(pnpmBin, executable("pnpm", ".cmd")), env };
}

/** What the native packages, the tests and running TypeScript sources as they are need together. */
export function nodeIsRecent(version) {
  const [major, minor] = version.split(".").map(Number);
  return (major === 22 && minor >= 18) || major === 24 || major >= 26;
}

/** A folder for each tool and version: installing one never touches another that is in use. */
async function ensureTool(name, specifier, { finish } = {}) {
  const folder = join(toolchainFolder, specifier.replaceAll("@", "-"));
  const ready = join(folder, ".ready");
  if (!existsSync(ready)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
    const done = step(`Getting ${name} ${specifier.split("@").at(-1)}`);
    // The packages ship their binaries, so npm's install scripts stay off, whatever its policy on them is. pnpm's own only
    // puts the shipped binary in the place of a shell script that not every program can start: that one is run by name.
    const flags = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", specifier];
    const { code, tail } = await runQuietly(...npm(flags), { cwd: folder });
    if (code !== 0) throw explainInstallFailure(`${name} could not be installed`, tail);
    if (finish !== undefined) await finishInstall(name, join(folder, finish));
    writeFileSync(ready, "");
    done();
  }
  return join(folder, "node_modules", ".bin");
}

async function finishInstall(name, script) {
  const { code, tail } = await runQuietly(process.execPath, [script], { cwd: dirname(script) });
  if (code !== 0) throw explainInstallFailure(`${name} could not be installed`, tail);
}

function npm(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith(".js") && /npm-cli/.test(script)
    ? [process.execPath, [script, ...args]]
    : [executable("npm", ".cmd"), args];
}

function nodePackage() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  return `${platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node"}-${platform}-${process.arch}`;
}

function executable(name, suffix = ".exe") {
  return process.platform === "win32" ? `${name}${suffix}` : name;
}
