import type { Figures } from "./figures.ts";
import type { Contest, EmbedResults } from "./results.ts";

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 90;
const BAR = 22;
const GAP = 8;
const HEADING = 40;

/** Tokens per second as bars, one group for each model; a line over a bar goes from the slowest round to the fastest. */
export function speedPlot({ minilm, base }: EmbedResults): string {
  const contests = [minilm, base].filter((contest) => contest !== null && contest.contestants.length > 0);
  const groups: string[] = [];
  let top = HEADING;
  for (const contest of contests) {
    if (contest === null) continue;
    groups.push(group(contest, top));
    top += HEADING + contest.contestants.length * (BAR + GAP);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" class="galen-plot" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" aria-labelledby="plot-title plot-description">
<title id="plot-title">Tokens per second</title>
<desc id="plot-description">${escape(description(contests))}</desc>
${STYLE}
<rect class="page" width="${WIDTH}" height="${top}"/>
${groups.join("\n")}
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

function group({ model, contestants }: Contest, top: number): string {
  const most = Math.max(...contestants.map(({ tokens_per_second: { best } }) => best));
  const bars = contestants.map((figures, index) => bar(figures, { most, y: top + index * (BAR + GAP) }));
  return [`<text class="title" x="16" y="${top - 14}">${escape(model)}: tokens/s</text>`, ...bars].join("\n");
}

function bar({ name, title, tokens_per_second }: Figures, { most, y }: { most: number; y: number }): string {
  const { median, best, rounds } = tokens_per_second;
  const x = (value: number): number => Math.round(LEFT + (value / most) * (WIDTH - LEFT - RIGHT));
  const middle = y + BAR / 2;
  const kind = name.startsWith("galen-") ? "galen" : "peer";
  return `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escape(title)}</text>
<rect class="${kind}" x="${LEFT}" y="${y}" width="${x(median) - LEFT}" height="${BAR}"/>
<line class="spread" x1="${x(Math.min(...rounds))}" x2="${x(best)}" y1="${middle}" y2="${middle}"/>
<text class="figure" x="${x(best) + 8}" y="${middle + 4}">${median}</text>`;
}

function description(contests: readonly (Contest | null)[]): string {
  return contests
    .flatMap((contest) => contest ?? [])
    .map(({ model, contestants }) => {
      const bars = contestants.map(({ title, tokens_per_second: { median } }) => `${title} ${median}`);
      return `${model}: ${bars.join("; ")}.`;
    })
    .join(" ");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
