import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatCountOf, formatMilliseconds, formatRate, formatSeconds } from "./format.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [61_400_000, "61 MB"],
  [4.2e12, "4.2 TB"],
  [9e15, "9,000 TB"],
])("%s bytes", (bytes, text) => {
  expect(plain(formatBytes(bytes))).toBe(text);
});

test.each([
  [0.2, "1 ms"],
  [6.4, "6 ms"],
  [1234, "1.2 s"],
  [75_000, "1 min 15 s"],
  [3_720_000, "1 h 2 min"],
])("%s ms", (ms, text) => {
  expect(plain(formatMilliseconds(ms))).toBe(text);
});

test("counts, rates and times", () => {
  expect(plain(formatCountOf(1, "document"))).toBe("1 document");
  expect(plain(formatCountOf(16_407, "document"))).toBe("16,407 documents");
  expect([formatRate(41.84), formatRate(1234.5)]).toEqual(["41.8", "1,235"]);
  expect(plain(formatSeconds(17.4))).toBe("17 s");
  const now = Date.parse("2026-01-02T12:00:00Z");
  expect(formatAgo("2026-01-02T11:59:50Z", now)).toBe("now");
  expect(formatAgo("2026-01-02T11:58:00Z", now)).toBe("2 min. ago");
  expect(formatAgo("2026-01-01T12:00:00Z", now)).toBe("yesterday");
});
