const WIDTH = 760;
const LEFT = 250;
const RIGHT = 90;
const BAR = 22;
const GAP = 8;
const HEADING = 40;

export interface Bar {
  readonly label: string;
  readonly kind: "galen" | "peer";
  readonly value: number;
  /** What stands beside the bar. */
  readonly figure: string;
  /** Of the rounds that the value is the median of. */
  readonly least: number;
  readonly most: number;
}

/** Bars of one scale. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Groups of bars as an SVG document of its own; a line over a bar goes from the least of the rounds to the most. */
export function barPlot(title: string, groups: readonly BarGroup[]): string {
  const parts: string[] = [];
  let top = HEADING;
  for (const group of groups) {
    parts.push(groupOfBars(group, top));
    top += HEADING + group.bars.length * (BAR + GAP);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" class="galen-plot" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-labelledby="plot-title plot-description">
<title id="plot-title">${escape(title)}</title>
<desc id="plot-description">${escape(groups.map(described).join(" "))}</desc>
${STYLE}
<rect class="page" width="${WIDTH}" height="${top}"/>
${parts.join("\n")}
</svg>
`;
}

const STYLE = `<style>
.galen-plot { --page: #ffffff; --ink: #1c2024; --faint: #62686e; --galen: #1d5a9e; --peer: #b9b3a5; }
@media (prefers-color-scheme: dark) {
  .galen-plot { --page: #121518; --ink: #ece9e2; --faint: #959ca3; --galen: #8abaf3; --peer: #4d545b; }
}
.galen-plot text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.galen-plot .title { font-size: 15px; font-weight: 600; }
.galen-plot .figure { font-variant-numeric: tabular-nums; }
.galen-plot .page { fill: var(--page); }
.galen-plot .galen { fill: var(--galen); }
.galen-plot .peer { fill: var(--peer); }
.galen-plot .spread { stroke: var(--ink); stroke-width: 1.5; }
</style>`;

function groupOfBars({ title, bars }: BarGroup, top: number): string {
  const longest = Math.max(...bars.map(({ most }) => most));
  const drawn = bars.map((bar, index) => drawnBar(bar, { longest, y: top + index * (BAR + GAP) }));
  return [`<text class="title" x="16" y="${top - 14}">${escape(title)}</text>`, ...drawn].join("\n");
}

function drawnBar(
  { label, kind, value, figure, least, most }: Bar,
  { longest, y }: { longest: number; y: number },
): string {
  const x = (value: number): number => Math.round(LEFT + (value / longest) * (WIDTH - LEFT - RIGHT));
  const middle = y + BAR / 2;
  return `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>
<rect class="${kind}" x="${LEFT}" y="${y}" width="${x(value) - LEFT}" height="${BAR}"/>
<line class="spread" x1="${x(least)}" x2="${x(most)}" y1="${middle}" y2="${middle}"/>
<text class="figure" x="${x(most) + 8}" y="${middle + 4}">${escape(figure)}</text>`;
}

/** For whoever has the picture read out. */
function described({ title, bars }: BarGroup): string {
  return `${title}: ${bars.map(({ label, figure }) => `${label} ${figure}`).join("; ")}.`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
