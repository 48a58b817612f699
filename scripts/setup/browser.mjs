import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runQuietly } from "./command.mjs";
import { root } from "./paths.mjs";
import { step } from "./progress.mjs";
import { SetupError } from "./setup-error.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
const USUAL_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The path of a Chrome or Chromium for the end-to-end tests: one of this machine, else Debian's package, else Playwright's download. */
export async function ensureBrowser({ node, env }) {
  const found = findBrowser(env);
  if (found) return found;
  const done = step("Getting a browser for the end-to-end tests");
  const attempts = [];
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) attempts.push(await installFromDebian());
  if (!findBrowser(env)) attempts.push(await downloadWithPlaywright(node, env));
  const installed = findBrowser(env) ?? (await playwrightBrowser(node, env));
  if (!installed)
    throw new SetupError(
      `no browser was found and none could be installed\n${attempts.map((tail) => tail.trim().split("\n").slice(-4).join("\n")).join("\n")}`,
      "Install Chrome or Chromium, or name one in GALEN_CHROMIUM, and run the same command again.",
    );
  done();
  return installed;
}

function findBrowser(env) {
  const folders = (env.PATH ?? "").split(delimiter);
  const candidates = [
    env.GALEN_CHROMIUM,
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...USUAL_PLACES,
  ];
  return candidates.find((path) => path && isExecutable(path));
}

async function installFromDebian() {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly("apt-get", ["update"], { env });
  const { tail } = await runQuietly(
    "apt-get",
    ["install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"],
    { env },
  );
  return tail;
}

async function downloadWithPlaywright(node, env) {
  const { tail } = await runQuietly(node, ["node_modules/playwright-core/cli.js", "install", "chromium"], {
    env,
    cwd: join(root, "apps/playground"),
  });
  return tail;
}

async function playwrightBrowser(node, env) {
  const script = "import('playwright-core').then(({ chromium }) => process.stdout.write(chromium.executablePath()))";
  const { code, tail } = await runQuietly(node, ["-e", script], { env, cwd: join(root, "apps/playground") });
  const path = tail.trim();
  return code === 0 && isExecutable(path) ? path : undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
