import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const BESIDE_THE_CHECKOUT = fileURLToPath(new URL("../../shared/data/pubmedqa.jsonl.gz", import.meta.url));
const DEMO = fileURLToPath(new URL("../examples/demo-collection/passages.jsonl", import.meta.url));

/** Medical texts and where they are from: questions, abstracts and answers of PubMed QA, else the demo collection. */
export function readMedicalTexts(): { source: string; texts: string[] } {
  if (existsSync(BESIDE_THE_CHECKOUT)) {
    const lines = gunzipSync(readFileSync(BESIDE_THE_CHECKOUT)).toString("utf8");
    return { source: "PubMed QA", texts: textsOf(lines) };
  }
  process.stderr.write("PubMed QA is not beside the checkout: the demo collection takes its place.\n");
  return { source: "demo collection", texts: textsOf(readFileSync(DEMO, "utf8")) };
}

/** Pairs of a short and a longer medical text: questions and long answers of PubMed QA, else titles and texts of the demo collection. */
export function readMedicalPairs(): { source: string; pairs: (readonly [string, string])[] } {
  if (existsSync(BESIDE_THE_CHECKOUT)) {
    const lines = gunzipSync(readFileSync(BESIDE_THE_CHECKOUT)).toString("utf8");
    return { source: "PubMed QA questions and long answers", pairs: pairsOf(lines, "question", "long_answer") };
  }
  process.stderr.write("PubMed QA is not beside the checkout: the demo collection takes its place.\n");
  return { source: "demo collection", pairs: pairsOf(readFileSync(DEMO, "utf8"), "title", "text") };
}

const FIELDS = ["question", "abstract", "long_answer", "title", "text"];

function textsOf(lines: string): string[] {
  const records = lines.split("\n").filter(Boolean);
  const values = records.flatMap((line) => {
    const record = JSON.parse(line) as Record<string, unknown>;
    return FIELDS.map((field) => record[field]);
  });
  return values.filter((value) => typeof value === "string");
}

function pairsOf(lines: string, first: string, second: string): (readonly [string, string])[] {
  const records = lines.split("\n").filter(Boolean);
  return records.map((line) => {
    const { [first]: short = "", [second]: long = "" } = JSON.parse(line) as Record<string, string>;
    return [short, long];
  });
}
