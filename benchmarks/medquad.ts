import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export interface MedquadRecord {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  readonly focus: string;
  readonly source: string;
  readonly qtype: string;
}

const BESIDE_THE_CHECKOUT = fileURLToPath(new URL("../../shared/data/medquad.jsonl.gz", import.meta.url));

/** Whether the file is where `readMedquad` looks for it. */
export function hasMedquad(file = process.env["GALEN_MEDQUAD"] ?? BESIDE_THE_CHECKOUT): boolean {
  return existsSync(file);
}

/** MedQuAD question–answer pairs (CC BY 4.0, Ben Abacha and Demner-Fushman 2019) as JSON lines with id, question and answer. */
export function readMedquad(file = process.env["GALEN_MEDQUAD"] ?? BESIDE_THE_CHECKOUT): MedquadRecord[] {
  if (!existsSync(file))
    throw new Error(
      "The MedQuAD file is missing: name a .jsonl or .jsonl.gz with id, question and answer in GALEN_MEDQUAD.",
    );
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as MedquadRecord);
}

/** Which fields of such a record are the document's own. */
export const MEDQUAD_FIELDS = { text: "answer", title: "question", id: "id" } as const;

export function writeMedquad(file: string, records: readonly MedquadRecord[]): void {
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** Every n-th record, so that a sample holds all of the data set's sources (the file is sorted by source). */
export function sample<T>(records: readonly T[], count: number): T[] {
  const step = records.length / count;
  return Array.from(
    { length: Math.min(count, records.length) },
    (_, index) => records[Math.floor(index * step)],
  ).filter((record) => record !== undefined);
}
