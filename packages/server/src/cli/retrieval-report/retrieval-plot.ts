import type { RetrievalEvaluation } from "@galen/rag";
import { element, escapeXml, number } from "../svg.ts";

const WIDTH = 760;
const ROW = 34;
const PLOT = { left: 150, right: WIDTH - 80, top: 64 };

// Light and dark by what the reader's system asks for.
const STYLE = `
.galen-plot { --page: #ffffff; --ink: #1c2024; --faint: #62686e; --grid: #e3ded2; --bar: #1d5a9e; }
@media (prefers-color-scheme: dark) {
  .galen-plot { --page: #121518; --ink: #ece9e2; --faint: #959ca3; --grid: #2c3238; --bar: #8abaf3; }
}
.galen-plot text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.galen-plot .title { font-size: 16px; font-weight: 600; }
.galen-plot .figure { font-variant-numeric: tabular-nums; }
.galen-plot .tick { fill: var(--faint); }
.galen-plot .page { fill: var(--page); }
.galen-plot .grid { stroke: var(--grid); }
.galen-plot .bar { fill: var(--bar); }
`;

/** A bar a run, nDCG@10 from 0 to 1, as an SVG document of its own. */
export function retrievalPlot({ dataset, runs }: RetrievalEvaluation): string {
  const height = PLOT.top + ROW * runs.length + 36;
  const title = `nDCG@10 on ${dataset}`;
  const description = runs.map(({ name, metrics }) => `${name} ${metrics["ndcg@10"].toFixed(3)}`).join(", ");
  const content = [
    element("title", { id: "plot-title" }, escapeXml(title)),
    element("desc", { id: "plot-description" }, escapeXml(description)),
    element("style", {}, STYLE),
    element("rect", { class: "page", width: WIDTH, height }),
    element("text", { class: "title", x: PLOT.left, y: 34 }, escapeXml(title)),
    ...[0, 0.25, 0.5, 0.75, 1].map((value) => tick(value, height)),
    ...runs.map(({ name, metrics }, at) => bar(name, metrics["ndcg@10"], at)),
  ];
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "galen-plot",
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    role: "img",
    "aria-labelledby": "plot-title plot-description",
  };
  return `${element("svg", frame, `\n${content.join("\n")}\n`)}\n`;
}

function x(value: number): number {
  return number(PLOT.left + value * (PLOT.right - PLOT.left));
}

function tick(value: number, height: number): string {
  const bottom = height - 30;
  return (
    element("line", { class: "grid", x1: x(value), x2: x(value), y1: PLOT.top - 8, y2: bottom }) +
    element("text", { class: "tick", x: x(value), y: bottom + 18, "text-anchor": "middle" }, String(value))
  );
}

function bar(name: string, value: number, at: number): string {
  const top = PLOT.top + ROW * at;
  const middle = top + 17;
  return (
    element("text", { x: PLOT.left - 10, y: middle, "text-anchor": "end" }, escapeXml(name)) +
    element("rect", { class: "bar", x: PLOT.left, y: top + 2, width: number(x(value) - PLOT.left), height: 22 }) +
    element("text", { class: "figure", x: x(value) + 8, y: middle }, value.toFixed(3))
  );
}
