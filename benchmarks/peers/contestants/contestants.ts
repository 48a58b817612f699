import { fileURLToPath } from "node:url";
import type { Contestant } from "../../embed/contestants/contestants.ts";
import { searchModes } from "../protocol.ts";
import type { Way } from "../protocol.ts";

/** Somebody who indexes and searches. */
export interface Peer extends Contestant {
  readonly ways: readonly Way[];
}

const byDefault: readonly Way[] = searchModes.map((mode) => ({ mode, index: "default" }));
/** txtai's own index is approximate beyond 5,000 vectors: what that costs and saves is told by an exact one. */
const flat: readonly Way[] = [
  { mode: "dense", index: "flat" },
  { mode: "hybrid", index: "flat" },
];

/** All of them, in the order of the tables. */
export const contestants: readonly Peer[] = [
  galen("fp32"),
  galen("int8"),
  {
    name: "txtai",
    title: "txtai",
    runtime: "python",
    program: fileURLToPath(new URL("txtai_worker.py", import.meta.url)),
    arguments: [],
    ways: [...byDefault, ...flat],
  },
];

/** Whose times are divided by the others'. */
export const RIVAL = "txtai";

function galen(precision: "fp32" | "int8"): Peer {
  const program = fileURLToPath(new URL("galen.ts", import.meta.url));
  return {
    name: `galen-${precision}`,
    title: `Galen ${precision}`,
    runtime: "node",
    program,
    arguments: [precision],
    ways: byDefault,
  };
}
