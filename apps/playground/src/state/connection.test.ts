import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection } from "./connection.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("tries again after 1, 2, 4, 8 and then every 15 seconds", async () => {
  const triedAt: number[] = [];
  const start = Date.now();
  const connection = new Connection(async () => {
    triedAt.push((Date.now() - start) / 1000);
    return false;
  });
  connection.lost();
  await vi.advanceTimersByTimeAsync(46_000);
  expect(triedAt).toEqual([1, 3, 7, 15, 30, 45]);
});

test("keeps the time of the last answer, and starts over after the server came back", async () => {
  let up = false;
  const connection = new Connection(async () => up);
  connection.answered();
  const answeredAt = Date.now();
  await vi.advanceTimersByTimeAsync(500);
  connection.lost();
  expect(connection.state).toEqual({ gone: true, lastAnswerAt: answeredAt, retryAt: Date.now() + 1000 });
  await vi.advanceTimersByTimeAsync(3000);
  up = true;
  connection.tryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state).toEqual({ gone: false });
  connection.lost();
  expect(connection.state).toMatchObject({ retryAt: Date.now() + 1000 });
});

test("those who wait go on when the server is back, unless they gave up", async () => {
  let up = false;
  const connection = new Connection(async () => up);
  connection.lost();
  const giveUp = new AbortController();
  const waiting = connection.back();
  const given = connection.back(giveUp.signal);
  giveUp.abort(new Error("given up"));
  await expect(given).rejects.toThrow("given up");
  up = true;
  await vi.advanceTimersByTimeAsync(1000);
  await expect(waiting).resolves.toBeUndefined();
  await expect(connection.back()).resolves.toBeUndefined();
});
