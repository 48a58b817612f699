import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

const usualPlaces = [
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/**
 * A Chromium to drive: `GALEN_CHROMIUM`, one on the PATH, one in the usual places, or one that Playwright installed.
 *
 * @throws Error when there is none: a page that was not looked at in a browser was not tested
 */
export function findBrowser(): string {
  const given = process.env["GALEN_CHROMIUM"];
  if (given !== undefined && !existsSync(given)) throw new Error(`GALEN_CHROMIUM names no file: ${given}`);
  const found = given ?? [...onPath(), ...usualPlaces, ...playwrightCache()].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    "No Chromium was found, so the page cannot be tested. Install one (Debian: apt-get install chromium), " +
      "or name one in GALEN_CHROMIUM.",
  );
}

function onPath(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

function playwrightCache(): string[] {
  const cache = process.env["PLAYWRIGHT_BROWSERS_PATH"] ?? join(homedir(), ".cache", "ms-playwright");
  const builds = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("chromium")) : [];
  const binaries = ["chrome-linux/chrome", "chrome-linux64/chrome", "chrome-linux/headless_shell"];
  return [chromium.executablePath(), ...builds.flatMap((build) => binaries.map((path) => join(cache, build, path)))];
}
