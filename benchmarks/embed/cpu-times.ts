import { readFileSync } from "node:fs";

/** Processor time in ticks, since the machine and since the process were started. */
export interface CpuTimes {
  /** Of all cores, idle or not. */
  readonly all: number;
  /** Of all cores, what any program took, and what the host of a virtual machine kept for itself. */
  readonly busy: number;
  /** Of one process. */
  readonly own: number;
}

/** Nothing where the system does not say. */
export function readCpuTimes(pid: number | undefined): CpuTimes | undefined {
  if (process.platform !== "linux" || pid === undefined) return undefined;
  return parseCpuTimes(readFileSync("/proc/stat", "utf8"), readFileSync(`/proc/${pid}/stat`, "utf8"));
}

/** https://man7.org/linux/man-pages/man5/proc_stat.5.html and proc_pid_stat.5.html */
export function parseCpuTimes(machine: string, program: string): CpuTimes {
  const [, ...columns] = machine.split("\n", 1)[0]?.split(/\s+/).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = columns;
  const busy = user + nice + system + irq + softirq + steal;
  // The name of the program stands in parentheses and may hold any character; utime and stime are fields 14 and 15.
  const fields = program.slice(program.lastIndexOf(")") + 2).split(" ");
  return { all: busy + idle + waiting, busy, own: Number(fields[11]) + Number(fields[12]) };
}

/** Percent of the time of all cores that others than the process took in these spans; null without any time. */
export function takenByOthers(spans: readonly (readonly [before: CpuTimes, after: CpuTimes])[]): number | null {
  const sum = (of: (times: CpuTimes) => number): number =>
    spans.reduce((total, [before, after]) => total + of(after) - of(before), 0);
  const all = sum((times) => times.all);
  if (all === 0) return null;
  const others = sum(({ busy, own }) => busy - own) / all;
  return Math.max(0, Math.round(others * 100)); // ticks are counted for processes and cores apart: may be −1
}
