import { ensureReady } from "../setup/ready.mjs";

/** `node scripts/bootstrap.mjs setup`: everything in place, nothing run. */
export async function run() {
  await ensureReady();
  return 0;
}
