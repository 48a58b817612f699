import { barPlot } from "../bar-plot.ts";
import type { Bar, BarGroup } from "../bar-plot.ts";
import { searchModes } from "./protocol.ts";
import type { Figures, PeersResults, Search } from "./results.ts";
import { searcherName } from "./tables.ts";

/** How well and how fast everybody searches, two groups of bars for each mode. */
export function peersPlot({ contestants, corpus }: PeersResults): string {
  const groups = searchModes.flatMap((mode): BarGroup[] => {
    const searches = contestants.flatMap((figures) =>
      figures.searches.filter((search) => search.mode === mode).map((search) => ({ figures, search })),
    );
    return [
      { title: `${mode} search: nDCG@10`, bars: searches.map(qualityBar) },
      { title: `${mode} search: p50, ms`, bars: searches.map(latencyBar) },
    ];
  });
  return barPlot(`Searches in ${corpus.name}`, groups);
}

interface Searched {
  readonly figures: Figures;
  readonly search: Search;
}

function qualityBar({ figures, search }: Searched): Bar {
  const value = search.metrics["ndcg@10"];
  return { ...labelled(figures, search), value, figure: value.toFixed(3), least: value, most: value };
}

function latencyBar({ figures, search }: Searched): Bar {
  const { median, rounds } = search.p50_ms;
  const spread = { least: Math.min(...rounds), most: Math.max(...rounds) };
  return { ...labelled(figures, search), value: median, figure: median.toFixed(1), ...spread };
}

function labelled(figures: Figures, search: Search): Pick<Bar, "label" | "kind"> {
  return { label: searcherName(figures, search), kind: figures.name.startsWith("galen-") ? "galen" : "peer" };
}
