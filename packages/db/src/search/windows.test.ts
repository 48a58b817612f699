import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SearchRequest } from "../schemas/search.ts";
import { FrozenWindows } from "./windows.ts";

const request = SearchRequest.parse({ query: "kidney", mode: "hybrid" });
const entry = { id: "a#0", documentId: "a", chunkNo: 0, rev: 1, score: 1, legs: {} };
const window = { ranked: Array.from({ length: 20 }, () => entry), exact: true, ended: true, limit: 10 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a cursor leads back to its window and on to the next page", () => {
  const windows = new FrozenWindows();
  const { window: kept, offset, next } = windows.resume(windows.keep(window, request, 10), request);
  expect(kept).toEqual(window);
  expect(offset).toBe(10);
  expect(windows.resume(next(15), { ...request, limit: 3, explain: true }).offset).toBe(15);
});

test("a window can grow, and then its cursors lead further", () => {
  const windows = new FrozenWindows();
  const cursor = windows.keep({ ...window, ended: false }, request, 10);
  const { grow, next } = windows.resume(cursor, request);
  grow({ ...window, ranked: [...window.ranked, ...window.ranked] });
  expect(windows.resume(cursor, request).window.ranked).toHaveLength(40);
  expect(windows.resume(next(35), request).offset).toBe(35);
});

test("a window that nobody pages through for ten minutes is gone, one in use stays", () => {
  const windows = new FrozenWindows();
  const [used, unused] = [windows.keep(window, request, 10), windows.keep(window, request, 10)];
  vi.advanceTimersByTime(6 * 60_000);
  windows.resume(used, request);
  vi.advanceTimersByTime(6 * 60_000);
  expect(() => windows.resume(unused, request)).toThrow(expect.objectContaining({ code: "cursor_expired" }));
  expect(windows.resume(used, request).offset).toBe(10);
});

test("the least recently used of too many windows goes first", () => {
  const windows = new FrozenWindows();
  const [oldest, second] = [windows.keep(window, request, 1), windows.keep(window, request, 2)];
  windows.resume(oldest, request);
  for (let count = 0; count < 255; count++) windows.keep(window, request, 3);
  expect(windows.resume(oldest, request).offset).toBe(1);
  expect(() => windows.resume(second, request)).toThrow(expect.objectContaining({ code: "cursor_expired" }));
});

test("an altered offset is refused", () => {
  const windows = new FrozenWindows();
  const [id, key] = JSON.parse(Buffer.from(windows.keep(window, request, 10), "base64url").toString()) as string[];
  for (const offset of [21, -1, 1.5, "10"]) {
    const altered = Buffer.from(JSON.stringify([id, key, offset])).toString("base64url");
    expect(() => windows.resume(altered, request)).toThrow(expect.objectContaining({ code: "cursor_invalid" }));
  }
});
