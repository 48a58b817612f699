import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { ProgressDisplay, progressLines } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

function terminal(redraws: boolean, columns = 80): Terminal & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    out: () => {},
    err: (text) => void written.push(text),
    columns,
    outIsTerminal: redraws,
    redraws,
    style: (_format, text) => text,
  };
}

describe("the lines", () => {
  const progress = { done: 1_204, total: 1_935, item: "pubmed/2019/30583.xml" };
  const rates = ["41.8 docs/s", "12.4K tokens/s", "0:17 left"];

  it("show bar, counts, rates and what is being read", () => {
    expect(progressLines(progress, { title: "Indexing medquad", unit: "docs", rates, columns: 80 })).toEqual([
      "Indexing medquad  ━━━━━━━━━━━━━━━─────────  62 %  1,204 of 1,935",
      "  41.8 docs/s · 12.4K tokens/s · 0:17 left",
      "  pubmed/2019/30583.xml",
    ]);
  });

  it("show no bar when the whole is not known", () => {
    expect(progressLines({ done: 12 }, { title: "Embedding", unit: "texts", rates: [], columns: 80 })).toEqual([
      "Embedding  12",
    ]);
  });

  it("write bytes as people read them", () => {
    const [line] = progressLines(
      { done: 1_536, total: 90 * 1_024 ** 2 },
      { title: "P", unit: "bytes", rates: [], columns: 80 },
    );
    expect(line).toMatch(/ 0 % {2}1\.5 KiB of 90\.0 MiB$/);
  });

  it.each([40, 60, 80, 120])("fit %i columns, with wide characters and without control characters", (columns) => {
    const item = `${"漢字のファイル名/".repeat(12)}\u001b[31mend.txt`;
    for (const line of progressLines({ ...progress, item }, { title: "Indexing 収集", unit: "docs", rates, columns })) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(line).not.toContain("\u001b");
    }
  });
});

describe("the display", () => {
  it("draws after 300 ms, ten times a second at most, and wipes itself", () => {
    let now = 0;
    const screen = terminal(true);
    {
      using display = new ProgressDisplay({ title: "Indexing", unit: "docs", terminal: screen, now: () => now });
      for (now = 0; now <= 1_000; now += 10) display.update({ done: now, total: 2_000 });
    }
    expect(screen.written.length).toBeGreaterThan(5);
    expect(screen.written.length).toBeLessThanOrEqual(9);
    expect(screen.written[1]).toContain("\u001b[?2026h\u001b[");
    expect(screen.written.at(-1)).toBe("\u001b[2A\u001b[0J");
  });

  it("prints plain lines elsewhere: every 10 s and at each tenth", () => {
    let now = 0;
    const screen = terminal(false);
    using display = new ProgressDisplay({ title: "Indexing", unit: "docs", terminal: screen, now: () => now });
    for (now = 0; now < 40_000; now += 100) display.update({ done: now / 100, total: 4_000, failed: 2 });
    expect(screen.written).toHaveLength(3);
    expect(screen.written[0]).toMatch(/^Indexing: 2 % {2}100 of 4,000 · 10\.0 docs\/s · 6:30 left · 2 failed\n$/);
    expect(screen.written.join("")).not.toContain("\u001b");
  });

  it("says nothing about work that is short", () => {
    const screen = terminal(true);
    {
      using display = new ProgressDisplay({ title: "Indexing", unit: "docs", terminal: screen, now: () => 0 });
      display.update({ done: 1, total: 1 });
    }
    expect(screen.written).toEqual([]);
  });
});
