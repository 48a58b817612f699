import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { quantile } from "../../statistics.ts";
import { sessionOptions } from "./session-options.ts";

/** One node of a graph: the median of its kernel times. */
export interface NodeTime {
  readonly name: string;
  readonly operator: string;
  /** The dimensions of its first input and its first output. Of constants that it has packed, onnxruntime says nothing. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly microseconds: number;
}

const WARM_UP = 5;
const RUNS = 30;

/** Runs a model on one thread, as one of Galen's workers does, under onnxruntime's profiler. */
export async function profileModel(
  model: Uint8Array,
  { feeds, weightsFolder = "" }: { feeds: InferenceSession.FeedsType; weightsFolder?: string },
): Promise<NodeTime[]> {
  const folder = await mkdtemp(join(tmpdir(), "galen-profile-"));
  try {
    const session = await InferenceSession.create(model, {
      ...sessionOptions(weightsFolder),
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
    });
    for (let run = 0; run < WARM_UP + RUNS; run += 1) await session.run(feeds);
    session.endProfiling();
    await session.release();
    const [file = ""] = await readdir(folder);
    return nodeTimes(JSON.parse(await readFile(join(folder, file), "utf8")) as ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An event of onnxruntime's profile, as far as it is read. */
export interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    /** For each tensor an object with its type as the one key. */
    readonly input_type_shape?: readonly TypeAndShape[];
    readonly output_type_shape?: readonly TypeAndShape[];
  };
}

type TypeAndShape = Readonly<Record<string, readonly number[]>>;

/** The nodes of a profile, the runs that warmed up left out. */
export function nodeTimes(events: readonly ProfileEvent[], warmUp = WARM_UP): NodeTime[] {
  const kernels = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  return [...Map.groupBy(kernels, ({ name }) => name)].map(([name, runs]) => ({
    name: name.replace(/_kernel_time$/, ""),
    operator: runs[0]?.args?.op_name ?? "unknown",
    input: dimsOfFirst(runs[0]?.args?.input_type_shape),
    output: dimsOfFirst(runs[0]?.args?.output_type_shape),
    microseconds: quantile(
      runs.slice(warmUp).map(({ dur }) => dur),
      0.5,
    ),
  }));
}

function dimsOfFirst(tensors: readonly TypeAndShape[] = []): readonly number[] {
  return Object.values(tensors[0] ?? {})[0] ?? [];
}
