import { thousands } from "../markdown.ts";
import type { Figures, PeersResults } from "./results.ts";
import { indexTable, searchTable, versionsOf } from "./tables.ts";

/** A busier machine slows programs whose threads wait for one another more than others, so ratios go wrong too. */
const QUIET_PERCENT = 5;

/** The section on Galen beside txtai of docs/performance.md. */
export function peersSection(results: PeersResults): string {
  const { machine, skipped } = results;
  const load = machine.load_average_before.join(", ");
  return [
    `## Beside txtai

${introduction(results)}

Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GiB, ${machine.instructions.join(" ")}; ${machine.os}; Node ${machine.node}; load average before: ${load}.`,
    ...disturbances(results),
    "![nDCG@10 and p50 of each contestant](images/peers.svg)",
    indexTable(results),
    ...corpusText(results),
    searchTable(results),
    searchText(results),
    ...skipped.map(({ name, reason }) => `Left out: ${name} (${reason}).`),
  ].join("\n\n");
}

function introduction({ date, seconds, corpus, machine, weights }: PeersResults): string {
  const part = corpus.limited ? "a part of " : "";
  const pinned = machine.pinned ? ", which all are pinned to" : "";
  return `Printed by \`npm run bench -- peers\` on ${date.slice(0, 10)} in ${thousands(seconds)} s: ${part}${corpus.name} (BEIR), ${thousands(corpus.documents)} documents and ${thousands(corpus.queries)} judged queries, indexed and
searched by Galen and by txtai in one run. Both have the same ${weights} weights of all-MiniLM-L6-v2 and ${machine.cores_used} cores${pinned}. Every contestant is
a process of its own, all are alive, one computes at a time. Indexing is measured once: it ends when everything is on disk, and
includes neither the start of the process nor loading the model.`;
}

function disturbances({ contestants }: PeersResults): string[] {
  const shares = contestants.flatMap((one) => [one.index.taken_by_others_percent, one.taken_by_others_percent]);
  const most = Math.max(0, ...shares.map((share) => share ?? 0));
  if (most <= QUIET_PERCENT) return [];
  return [
    `**Other programs took up to ${most} % of the processors while a contestant computed: the times and their ratios say little, repeat the run on a
quiet machine. nDCG and recall do not depend on it.**`,
  ];
}

function corpusText({ contestants }: PeersResults): string[] {
  const galen = contestants.find(({ name }) => name.startsWith("galen-"));
  const txtai = contestants.find(({ name }) => name === "txtai");
  return [
    ...(galen === undefined ? [] : [galenText(galen)]),
    ...(txtai === undefined ? [] : [txtaiText(txtai)]),
    "Memory is the peak of the whole process (`VmHWM`).",
  ];
}

function galenText({ index, max_tokens }: Figures): string {
  return `Galen gets the fields \`title\` and \`text\` as \`galen eval retrieval\` does, and cuts the documents into ${thousands(index.vectors)} passages of at most
${max_tokens} tokens: all of a text is searched, and there are more vectors to compute and to store.`;
}

function txtaiText({ index, max_tokens }: Figures): string {
  return `txtai gets \`path\`, \`hybrid=True\`, \`content=True\` and \`gpu=False\`, and of each document title and text joined by a space, as BEIR does for its models: one
vector a document, of the first ${max_tokens} tokens, which is what its tokenizer says. Its vector index is exact up to 5,000 rows and
approximate above; here it is \`${index.vector_index}\`.`;
}

function searchText(results: PeersResults): string {
  const { rounds } = results;
  const versions = versionsOf(results);
  const hasFlat = results.contestants.some(({ searches }) => searches.some(({ index }) => index === "flat"));
  return `nDCG and recall are those of [retrieval](retrieval.md), of rankings with a limit of 100. Times are of searches with a limit of 10, one at
a time, the query's embedding included: all queries in short turns of one contestant after another, ${rounds} rounds; p50 and p95 are medians of the rounds, and ×
txtai is how many times as fast as txtai with its own index in the same mode: median (smallest–largest round). In one mode txtai has only
the part of its index that the mode needs.${hasFlat ? ' *Flat index* is txtai with `faiss={"components": "IDMap,Flat"}`, which compares a query with every vector, as Galen does here.' : ""} Nobody
was tuned on the judgments: both have their default weights.${versions === "" ? "" : `\n\nVersions: ${versions}.`}`;
}
