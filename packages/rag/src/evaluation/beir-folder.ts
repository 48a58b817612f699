import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { RagError } from "../errors.ts";
import { readJsonLines } from "../read-json-lines.ts";
import { readTextLines } from "./read-text-lines.ts";
import type { Judgments } from "./retrieval-metrics.ts";

export interface BeirDocument {
  readonly id: string;
  readonly title: string | undefined;
  readonly text: string;
}

export interface BeirQuery {
  readonly id: string;
  readonly text: string;
  readonly judgments: Judgments;
}

/** A collection of documents with judged queries: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` or `test.tsv`; plain or gzipped. */
export interface BeirFolder {
  readonly name: string;
  documents(signal?: AbortSignal): AsyncGenerator<BeirDocument>;
  /** Those that have a relevant document, in order of file. */
  readonly queries: readonly BeirQuery[];
}

/** Queries are held in memory. */
const MAX_QUERIES = 1_000_000;

/** @throws {RagError} `source_not_found`, `source_unreadable`, `record_invalid`, `field_missing`, `source_too_large`, `source_invalid` */
export async function openBeirFolder(
  path: string,
  { split = "test", signal }: { readonly split?: string; readonly signal?: AbortSignal } = {},
): Promise<BeirFolder> {
  const corpus = await fileOf(path, ["corpus.jsonl"]);
  const judgments = await readJudgments(await fileOf(path, [`qrels/${split}.tsv`, `${split}.tsv`]), signal);
  const queries: BeirQuery[] = [];
  for await (const { value, line } of readJsonLines(await fileOf(path, ["queries.jsonl"]), { signal })) {
    const where = `queries, line ${line}`;
    const id = textOf(value, "_id", where);
    const judged = judgments.get(id);
    if (judged && [...judged.values()].some((relevance) => relevance > 0)) {
      queries.push({ id, text: textOf(value, "text", where), judgments: judged });
    }
    if (queries.length > MAX_QUERIES) throw new RagError("source_too_large", `more than ${MAX_QUERIES} queries`);
  }
  if (queries.length === 0) {
    throw new RagError("source_invalid", "No query of the folder has a relevant document.", {
      hint: "The first column of the judgments names queries by their _id.",
    });
  }
  return { name: basename(path), queries, documents: (until) => readCorpus(corpus, until) };
}

async function* readCorpus(path: string, signal: AbortSignal | undefined): AsyncGenerator<BeirDocument> {
  for await (const { value, line } of readJsonLines(path, { signal })) {
    const where = `corpus, line ${line}`;
    const id = textOf(value, "_id", where);
    const title = optionalText(value["title"]);
    const text = optionalText(value["text"]) ?? title;
    // BEIR has documents without any text: they can never be found.
    if (text !== undefined) yield { id, title: text === title ? undefined : title, text };
  }
}

async function readJudgments(path: string, signal: AbortSignal | undefined): Promise<Map<string, Map<string, number>>> {
  const judgments = new Map<string, Map<string, number>>();
  for await (const { text, line } of readTextLines(path, signal)) {
    const [query = "", document = "", score = ""] = text.split("\t");
    // BEIR's files have a header.
    if (line === 1 && !isNumber(score)) continue;
    if (query === "" || document === "" || !isNumber(score)) {
      throw new RagError(
        "record_invalid",
        `${basename(path)}, line ${line}: not a query, a document and a number between tabs`,
        {
          details: { line },
        },
      );
    }
    const judged = judgments.get(query) ?? new Map<string, number>();
    judgments.set(query, judged.set(document, Number(score)));
  }
  return judgments;
}

function isNumber(text: string): boolean {
  return /^-?\d+(?:\.\d+)?\s*$/.test(text);
}

async function fileOf(folder: string, names: readonly string[]): Promise<string> {
  const paths = names.flatMap((name) => [join(folder, name), join(folder, `${name}.gz`)]);
  for (const path of paths) {
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isFile) return path;
  }
  throw new RagError("source_not_found", `There is no ${names.join(" or ")} in the folder, plain or as .gz.`, {
    hint: "A BEIR folder has corpus.jsonl, queries.jsonl and qrels/test.tsv.",
  });
}

function textOf(record: Readonly<Record<string, unknown>>, field: string, where: string): string {
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value !== "") return value;
  throw new RagError("field_missing", `${where}: the field ${field} is no text`, { details: { field } });
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
