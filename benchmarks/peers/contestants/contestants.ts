import { fileURLToPath } from "node:url";
import type { Contestant } from "../../embed/contestants/contestants.ts";

/** All of them, in the order of the tables. */
export const contestants: readonly Contestant[] = [
  galen("fp32"),
  galen("int8"),
  txtai("txtai", "txtai", []),
  txtai("txtai-flat", "txtai, every vector scored", ["flat"]),
];

/** Whose times the others' are divided into. */
export const RIVAL = "txtai";

function galen(precision: "fp32" | "int8"): Contestant {
  return {
    name: `galen-${precision}`,
    title: `Galen ${precision}`,
    runtime: "node",
    program: file("galen.ts"),
    arguments: [precision],
  };
}

function txtai(name: string, title: string, options: readonly string[]): Contestant {
  return { name, title, runtime: "python", program: file("worker.py"), arguments: options };
}

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
