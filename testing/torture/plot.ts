import type { ScenarioResult } from "./run-scenario.ts";

const WIDTH = 760;
const HEIGHT = 130;
const LEFT = 70;
const RIGHT = 20;
const TOP = 34;
const GAP = 46;

/** Memory and open files over the time of the mixed load, one below the other, each from 0. */
export function usagePlot({ series = {}, seconds }: Pick<ScenarioResult, "series" | "seconds">): string {
  const panels = [
    panel("Memory (RSS), MB", series["rss_mb"] ?? [], TOP),
    panel("Open files", series["open_files"] ?? [], TOP + HEIGHT + GAP),
  ];
  const bottom = TOP + 2 * HEIGHT + GAP + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="galen-plot" viewBox="0 0 ${WIDTH} ${bottom}" width="${WIDTH}" height="${bottom}" role="img" aria-labelledby="plot-title plot-description">
<title id="plot-title">Memory and open files under mixed load</title>
<desc id="plot-description">Over ${seconds} seconds. ${panels.map(({ description }) => description).join(" ")}</desc>
${STYLE}
<rect class="page" width="${WIDTH}" height="${bottom}"/>
${panels.map(({ svg }) => svg).join("\n")}
<text x="${LEFT}" y="${bottom - 10}">0 s</text>
<text x="${WIDTH - RIGHT}" y="${bottom - 10}" text-anchor="end">${seconds} s</text>
</svg>
`;
}

const STYLE = `<style>
.galen-plot { --page: #ffffff; --ink: #1c2024; --faint: #62686e; --galen: #1d5a9e; }
@media (prefers-color-scheme: dark) {
  .galen-plot { --page: #121518; --ink: #ece9e2; --faint: #959ca3; --galen: #8abaf3; }
}
.galen-plot text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.galen-plot .title { font-size: 15px; font-weight: 600; }
.galen-plot .page { fill: var(--page); }
.galen-plot .axis { stroke: var(--faint); stroke-width: 1; }
.galen-plot .line { fill: none; stroke: var(--galen); stroke-width: 2; }
</style>`;

function panel(title: string, values: readonly number[], top: number): { svg: string; description: string } {
  const most = Math.max(1, ...values);
  const x = (at: number) => LEFT + (at / Math.max(1, values.length - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => top + HEIGHT - (value / most) * HEIGHT;
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const svg = `<text class="title" x="16" y="${top - 12}">${title}</text>
<text x="${LEFT - 8}" y="${top + 5}" text-anchor="end">${most}</text>
<text x="${LEFT - 8}" y="${top + HEIGHT + 5}" text-anchor="end">0</text>
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${top + HEIGHT}" y2="${top + HEIGHT}"/>
<polyline class="line" points="${points}"/>`;
  return { svg, description: `${title}: from ${values[0] ?? 0} to ${values.at(-1) ?? 0}, at most ${most}.` };
}
