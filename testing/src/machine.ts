import { readFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly instructions: readonly string[];
  readonly os: string;
  readonly node: string;
}

/** Where a figure was taken: without it the figure says nothing. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    instructions: vectorInstructions(),
    os: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
  };
}

function vectorInstructions(): string[] {
  if (platform() !== "linux") return [];
  const flags =
    readFileSync("/proc/cpuinfo", "utf8")
      .match(/^flags\s*:(.*)$/m)?.[1]
      ?.split(" ") ?? [];
  return ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16"].filter((flag) =>
    flags.includes(flag),
  );
}
