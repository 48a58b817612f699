import { expect, test } from "vitest";
import { parseCpuTimes, takenByOthers } from "./cpu-times.ts";

test("times are read from what Linux writes, whatever a program is called", () => {
  const machine = "cpu  100 1 20 300 4 2 3 10 0 0\ncpu0 50 0 10 150 2 1 1 5 0 0\n";
  const program = "42 (a) b (c)) S 1 42 42 0 -1 4194304 100 0 0 0 77 23 0 0 20 0 11 0 5 0 0";
  expect(parseCpuTimes(machine, program)).toEqual({ all: 440, busy: 136, own: 100 });
});

test("what others took is what was busy and not the process", () => {
  const before = { all: 1000, busy: 500, own: 50 };
  const after = { all: 1200, busy: 680, own: 190 };
  expect(takenByOthers([[before, after]])).toBe(20);
  expect(
    takenByOthers([
      [before, after],
      [before, { all: 1200, busy: 700, own: 250 }],
    ]),
  ).toBe(10);
  expect(takenByOthers([[before, { all: 1002, busy: 501, own: 53 }]])).toBe(0);
});

test("no time, no figure", () => {
  expect(takenByOthers([])).toBeNull();
});
