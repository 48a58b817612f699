import type { PairsEvaluation } from "@galen/core";
import { element, escapeXml, number } from "../svg.ts";

const WIDTH = 760;
const HEIGHT = 400;
const PLOT = { left: 72, right: WIDTH - 24, top: 84, bottom: HEIGHT - 60 };
/** Distance of the labelled cosines, a whole number of bins. */
const TICK = 0.2;

// Light and dark by what the reader's system asks for. Blue and ochre are told apart by people who do not see red and green alike;
// the dashes of the second outline need no colour at all.
const STYLE = `
.galen-plot { --page: #ffffff; --ink: #1c2024; --faint: #62686e; --grid: #e3ded2; --matching: #1d5a9e; --shuffled: #8f4700; }
@media (prefers-color-scheme: dark) {
  .galen-plot { --page: #121518; --ink: #ece9e2; --faint: #959ca3; --grid: #2c3238; --matching: #8abaf3; --shuffled: #efa75a; }
}
.galen-plot text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.galen-plot .title { font-size: 16px; font-weight: 600; }
.galen-plot .tick { fill: var(--faint); font-variant-numeric: tabular-nums; }
.galen-plot .page { fill: var(--page); }
.galen-plot .grid { stroke: var(--grid); }
.galen-plot .axis { stroke: var(--faint); }
.galen-plot .matching { stroke: var(--matching); fill: var(--matching); }
.galen-plot .shuffled { stroke: var(--shuffled); fill: var(--shuffled); }
.galen-plot .area { fill-opacity: 0.22; stroke-width: 2; stroke-linejoin: round; }
.galen-plot .mean { stroke-width: 1.5; }
.galen-plot .area.shuffled, .galen-plot .mean.shuffled { stroke-dasharray: 5 3; }
`;

type Kind = "matching" | "shuffled";

/** The distributions of the cosines of matching and of shuffled pairs, as an SVG document of its own. */
export function scorePlot(result: PairsEvaluation): string {
  const scale = scales(result);
  const title = `Cosines of ${result.dataset}, ${modelName(result)}`;
  const content = [
    element("title", { id: "plot-title" }, escapeXml(title)),
    element("desc", { id: "plot-description" }, escapeXml(description(result))),
    element("style", {}, STYLE),
    element("rect", { class: "page", width: WIDTH, height: HEIGHT }),
    element("text", { class: "title", x: PLOT.left, y: 30 }, escapeXml(title)),
    legend(result),
    grid(scale),
    area("shuffled", scale),
    area("matching", scale),
    meanLine("shuffled", result.mean_cosine.shuffled, scale),
    meanLine("matching", result.mean_cosine.matching, scale),
    axisTitles(),
  ];
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "galen-plot",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    width: WIDTH,
    height: HEIGHT,
    role: "img",
    "aria-labelledby": "plot-title plot-description",
  };
  return `${element("svg", frame, `\n${content.join("\n")}\n`)}\n`;
}

function modelName({ model }: PairsEvaluation): string {
  return model.split("@")[0] ?? model;
}

function description({ pairs, seeds, mean_cosine: mean }: PairsEvaluation): string {
  return `Share of pairs by cosine. ${pairs} matching pairs with the mean ${mean.matching.toFixed(3)}; as many shuffled pairs from each of ${seeds.length} shuffles with the mean ${mean.shuffled.toFixed(3)}. Mean values are drawn as vertical lines.`;
}

interface Bar {
  readonly from: number;
  readonly to: number;
  /** Percent of the pairs of its kind. */
  readonly share: Readonly<Record<Kind, number>>;
}

interface Scales {
  readonly bars: readonly Bar[];
  readonly ticks: readonly number[];
  readonly shares: readonly number[];
  readonly x: (cosine: number) => number;
  readonly y: (percent: number) => number;
}

function scales({ histogram, pairs, seeds }: PairsEvaluation): Scales {
  const used = histogram.filter(({ matching, shuffled }) => matching + shuffled > 0);
  const first = Math.floor(round((used[0]?.from ?? -1) / TICK)) * TICK;
  const last = Math.ceil(round((used.at(-1)?.to ?? 1) / TICK)) * TICK;
  const bars = histogram
    .filter(({ from, to }) => from >= round(first) && to <= round(last))
    .map(({ from, to, matching, shuffled }) => ({
      from,
      to,
      share: { matching: (100 * matching) / pairs, shuffled: (100 * shuffled) / (pairs * seeds.length) },
    }));
  const shares = shareTicks(Math.max(...bars.map(({ share }) => Math.max(share.matching, share.shuffled))));
  const top = shares.at(-1) ?? 100;
  return {
    bars,
    shares,
    ticks: Array.from({ length: Math.round((last - first) / TICK) + 1 }, (_, index) => round(first + index * TICK)),
    x: (cosine) => PLOT.left + ((cosine - first) / (last - first)) * (PLOT.right - PLOT.left),
    y: (percent) => PLOT.bottom - (percent / top) * (PLOT.bottom - PLOT.top),
  };
}

/** Round percentages from 0 to the first one that is not below the highest bar, three to six of them. */
function shareTicks(highest: number): number[] {
  const step = [0.5, 1, 2, 5, 10, 20].find((candidate) => highest / candidate <= 5) ?? 25;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}

/** 0.6000000000000001 → 0.6 */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function legend({ mean_cosine: mean }: PairsEvaluation): string {
  const entry = (kind: Kind, x: number, label: string): string =>
    element("rect", { class: `area ${kind}`, x, y: 46, width: 22, height: 13 }) +
    element("text", { x: x + 30, y: 57 }, `${label}, mean ${mean[kind].toFixed(2)}`);
  return (
    entry("matching", PLOT.left, "matching pairs (label 1)") +
    entry("shuffled", PLOT.left + 310, "shuffled pairs (label 0)")
  );
}

function grid({ ticks, shares, x, y }: Scales): string {
  const rows = shares.map(
    (share) =>
      element("line", {
        class: share === 0 ? "axis" : "grid",
        x1: PLOT.left,
        x2: PLOT.right,
        y1: number(y(share)),
        y2: number(y(share)),
      }) +
      element("text", { class: "tick", x: PLOT.left - 8, y: number(y(share) + 4), "text-anchor": "end" }, `${share} %`),
  );
  const columns = ticks.map((tick) =>
    element(
      "text",
      { class: "tick", x: number(x(tick)), y: PLOT.bottom + 20, "text-anchor": "middle" },
      tick.toFixed(1).replace("-", "−"),
    ),
  );
  return [...rows, ...columns].join("\n");
}

/** One step a bin from the first one that holds anything to the last, closed along the axis. */
function area(kind: Kind, { bars, x, y }: Scales): string {
  const holds = ({ share }: Bar): boolean => share[kind] > 0;
  const used = bars.slice(bars.findIndex(holds), bars.findLastIndex(holds) + 1);
  const steps = used.map(({ from, to, share }) => {
    const height = number(y(share[kind]));
    return `L${number(x(from))} ${height}L${number(x(to))} ${height}`;
  });
  const [start, end] = [used[0]?.from ?? 0, used.at(-1)?.to ?? 0];
  const path = `M${number(x(start))} ${PLOT.bottom}${steps.join("")}L${number(x(end))} ${PLOT.bottom}Z`;
  return element("path", { class: `area ${kind}`, d: path });
}

function meanLine(kind: Kind, mean: number, { x }: Scales): string {
  const place = number(x(mean));
  return element("line", { class: `mean ${kind}`, x1: place, x2: place, y1: PLOT.top, y2: PLOT.bottom });
}

function axisTitles(): string {
  const middle = { x: (PLOT.left + PLOT.right) / 2, y: (PLOT.top + PLOT.bottom) / 2 };
  return (
    element(
      "text",
      { x: middle.x, y: HEIGHT - 14, "text-anchor": "middle" },
      "cosine of the two vectors of a pair (lines: means)",
    ) +
    element(
      "text",
      { x: 18, y: middle.y, "text-anchor": "middle", transform: `rotate(-90 18 ${middle.y})` },
      "share of pairs",
    )
  );
}
