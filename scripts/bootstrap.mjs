// The door of the project: `npm start`, `npm test`, `npm run galen`, `npm run bench`. Plain Node, no dependencies, so that it
// runs on a machine that has only Node >= 20 and npm. It puts in place what is missing, then hands over.
import { SetupError, printSetupError } from "./setup/setup-error.mjs";

const MIN_NODE = 20;

const tasks = {
  start: () => import("./tasks/start.mjs"),
  test: () => import("./tasks/test.mjs"),
  galen: () => import("./tasks/galen.mjs"),
  bench: () => import("./tasks/bench.mjs"),
  golden: () => import("./tasks/golden.mjs"),
  torture: () => import("./tasks/torture.mjs"),
  setup: () => import("./tasks/setup.mjs"),
  run: () => import("./tasks/run.mjs"),
};

async function main([name = "start", ...args]) {
  if (Number(process.versions.node.split(".")[0]) < MIN_NODE)
    throw new SetupError(
      `Node ${process.versions.node} is too old`,
      `Install Node ${MIN_NODE} or newer; Galen brings the version it runs on itself.`,
    );
  const load = tasks[name];
  if (!load) throw new SetupError(`there is no task "${name}"`, `Tasks: ${Object.keys(tasks).join(", ")}.`);
  const { run } = await load();
  process.exitCode = await run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  printSetupError(error);
  process.exitCode = 1;
}
