import { fileURLToPath } from "node:url";

/** Somebody who takes part: a program that answers the requests of `protocol.ts`. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  readonly runtime: "node" | "python";
  /** Beside this file's folder. */
  readonly program: string;
  readonly arguments: readonly string[];
}

/** All of them, in the order of the tables. */
export const contestants: readonly Contestant[] = [
  galen("fp32"),
  galen("int8"),
  python("torch-fp32", "sentence-transformers, torch fp32"),
  python("torch-bf16", "sentence-transformers, torch bf16"),
  python("txtai", "txtai"),
  {
    name: "onnxruntime-node",
    title: "onnxruntime-node as mostly used",
    runtime: "node",
    program: file("./onnxruntime.ts"),
    arguments: [],
  },
];

/** Its vectors are what the others are compared with. */
export const REFERENCE = "torch-fp32";
/** Who Galen's tokens per second are divided by, round by round. */
export const RIVALS = ["torch-fp32", "torch-bf16"] as const;

function galen(precision: "fp32" | "int8"): Contestant {
  return {
    name: `galen-${precision}`,
    title: `Galen ${precision}`,
    runtime: "node",
    program: file("./galen.ts"),
    arguments: [precision],
  };
}

function python(name: string, title: string): Contestant {
  return { name, title, runtime: "python", program: file("../peers/worker.py"), arguments: [name] };
}

function file(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
