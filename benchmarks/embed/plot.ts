import { barPlot } from "../bar-plot.ts";
import type { Bar } from "../bar-plot.ts";
import type { Figures } from "./figures.ts";
import type { EmbedResults } from "./results.ts";

/** Tokens per second as bars, one group for each model. */
export function speedPlot({ minilm, base }: EmbedResults): string {
  const contests = [minilm, base].filter((contest) => contest !== null && contest.contestants.length > 0);
  const groups = contests.flatMap((contest) =>
    contest === null ? [] : { title: `${contest.model}: tokens/s`, bars: contest.contestants.map(bar) },
  );
  return barPlot("Tokens per second", groups);
}

function bar({ name, title, tokens_per_second: { median, best, rounds } }: Figures): Bar {
  const kind = name.startsWith("galen-") ? "galen" : "peer";
  return { label: title, kind, value: median, figure: String(median), least: Math.min(...rounds), most: best };
}
