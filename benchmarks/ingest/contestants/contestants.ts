import { fileURLToPath } from "node:url";
import type { Contestant } from "../../embed/contestants/contestants.ts";

/** All of them, in the order of the table. */
export const contestants: readonly Contestant[] = [
  galen("fp32"),
  galen("int8"),
  {
    name: "txtai",
    title: "txtai",
    runtime: "python",
    program: fileURLToPath(new URL("../peers/worker.py", import.meta.url)),
    arguments: [],
  },
];

/** Whose time the others' are divided into. */
export const RIVAL = "txtai";

function galen(precision: "fp32" | "int8"): Contestant {
  const program = fileURLToPath(new URL("galen.ts", import.meta.url));
  return { name: `galen-${precision}`, title: `Galen ${precision}`, runtime: "node", program, arguments: [precision] };
}
