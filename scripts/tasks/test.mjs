import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "../setup/browser.mjs";
import { runInForeground } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** Each counts as one test in the total. */
const checks = [
  { name: "format", script: "format:check" },
  { name: "lint", script: "lint" },
  { name: "unused code and dependencies", script: "unused" },
  { name: "types", script: "types" },
];

/** `npm test [-- vitest arguments]`: all checks and tests; with arguments only the tests they select. */
export async function run(args) {
  const { pnpm, node, env: toolchainEnv } = await ensureReady();
  const browser = await ensureBrowser({ node, env: toolchainEnv });
  const env = { ...toolchainEnv, GALEN_CHROMIUM: browser, TURBO_TELEMETRY_DISABLED: "1" };
  const failedChecks = args.length > 0 ? [] : await runChecks(pnpm, env);
  const tests = await runTests(pnpm, env, args);
  for (const name of failedChecks) process.stdout.write(`failed check: ${name}\n`);
  const passed = tests.passed + (args.length > 0 ? 0 : checks.length - failedChecks.length);
  const failed = tests.failed + failedChecks.length;
  process.stdout.write(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

async function runChecks(pnpm, env) {
  const failed = [];
  for (const { name, script } of checks) {
    process.stdout.write(`\ncheck: ${name}\n`);
    const code = await runInForeground(pnpm, ["run", script], { env });
    if (code !== 0) failed.push(name);
  }
  return failed;
}

async function runTests(pnpm, env, args) {
  const report = join(root, "test-artefacts", "vitest.json");
  mkdirSync(join(root, "test-artefacts"), { recursive: true });
  rmSync(report, { force: true });
  const code = await runInForeground(
    pnpm,
    ["exec", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...args],
    { env },
  );
  return { ...readReport(report, code) };
}

function readReport(file, code) {
  try {
    const {
      numPassedTests,
      numFailedTests,
      numPendingTests,
      numTodoTests = 0,
      testResults,
    } = JSON.parse(readFileSync(file, "utf8"));
    // A file that cannot even be loaded has no failed test, but it has failed.
    const brokenFiles = testResults.filter(
      (result) => result.status === "failed" && result.assertionResults.every((test) => test.status !== "failed"),
    ).length;
    const failed = numFailedTests + brokenFiles;
    return {
      passed: numPassedTests,
      failed: failed === 0 && code !== 0 ? 1 : failed,
      skipped: numPendingTests + numTodoTests,
    };
  } catch (error) {
    process.stdout.write(`the test report cannot be read: ${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
