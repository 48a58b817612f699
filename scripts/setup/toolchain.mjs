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
  const bin = join(toolchainFolder, "node_modules", ".bin");
  const wanted = [
    `pnpm@${PNPM_VERSION}`,
    ...(nodeIsRecent(process.versions.node) ? [] : [`${nodePackage()}@${NODE_VERSION}`]),
  ];
  const marker = join(toolchainFolder, `${wanted.join("+").replaceAll("@", "-")}.ready`);
  if (!existsSync(marker)) await install(wanted, marker);
  const node = wanted.length === 1 ? process.execPath : join(bin, executable("node"));
  const path = [dirname(node), bin, process.env.PATH ?? ""].join(delimiter);
  return {
    node,
    pnpm: join(bin, executable("pnpm", ".cmd")),
    env: { ...process.env, PATH: path, npm_config_update_notifier: "false" },
  };
}

/** What the native packages, the tests and running TypeScript sources as they are need together. */
export function nodeIsRecent(version) {
  const [major, minor] = version.split(".").map(Number);
  return (major === 22 && minor >= 18) || major === 24 || major >= 26;
}

async function install(packages, marker) {
  mkdirSync(toolchainFolder, { recursive: true });
  writeFileSync(
    join(toolchainFolder, "package.json"),
    `${JSON.stringify({ private: true, description: "Node and pnpm for this checkout" })}\n`,
  );
  const done = step(`Getting ${packages.map((name) => name.replace(/^node-(bin-)?[^@]*/, "node")).join(" and ")}`);
  // The packages ship their binaries: no install script is needed, whatever npm's policy on them is.
  const flags = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", ...packages];
  const { code, tail } = await runQuietly(...npm(flags), { cwd: toolchainFolder });
  if (code !== 0) throw explainInstallFailure("Node and pnpm could not be installed", tail);
  writeFileSync(marker, "");
  done();
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
