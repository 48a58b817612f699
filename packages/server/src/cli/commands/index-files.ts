import type { Collection, Database } from "@galen/db";
import { CollectionConfig, FieldType } from "@galen/db/schemas";
import { ingest, type IngestProgress, type IngestReport, loaderNames } from "@galen/rag";
import { z } from "zod";
import { withDefaults, type CollectionDefaults } from "../../collection-defaults.ts";
import { ServerError } from "../../errors.ts";
import { checked } from "../json-option.ts";
import { openData, type DataOptions } from "../open-data.ts";
import { ProgressDisplay } from "../progress.ts";
import { stopSignal } from "../stop-signal.ts";
import type { Terminal } from "../terminal.ts";
import { count, counted, perSecond, plain, seconds } from "../text.ts";

/** Failures that are listed; the rest is counted. */
const MAX_LISTED_FAILURES = 20;

export interface IndexOptions extends DataOptions {
  readonly collection: string;
  readonly paths: readonly string[];
  readonly text?: string;
  readonly title?: string;
  readonly id?: string;
  readonly format: string;
  readonly field: readonly string[];
  readonly model?: string;
  readonly precision?: string;
}

/** `galen index`: what was stored stays, whatever happens; the same command again goes on where it was stopped. */
export async function indexFiles(options: IndexOptions, terminal: Terminal): Promise<void> {
  const wanted = wantedCollection(options);
  await using data = await openData(options);
  const collection = await openOrCreate(data.database, wanted, data.config);
  const report = await runIngest(collection, options, terminal);
  if (options.json === true) terminal.out(`${JSON.stringify(report)}\n`);
  else printReport(report, { name: collection.name, terminal });
  if (report.aborted) throw interrupted(report);
  if (report.failed_total > 0) throw someFailed(report);
}

async function runIngest(collection: Collection, options: IndexOptions, terminal: Terminal): Promise<IngestReport> {
  const { text, title, id, format, json } = options;
  using stop = stopSignal(() => terminal.err("\nStopping; press Ctrl-C again to stop at once.\n"));
  using display = new ProgressDisplay({ title: `Indexing ${collection.name}`, unit: "docs", terminal });
  return await ingest(collection, options.paths, {
    ...(text !== undefined && { text }),
    ...(title !== undefined && { title }),
    ...(id !== undefined && { id }),
    format: checked(z.enum(["auto", ...loaderNames]), format, "--format"),
    signal: stop.signal,
    ...(json !== true && { onProgress: (progress) => display.update(displayed(progress)) }),
  });
}

function displayed({ documents, bytesRead, bytesTotal, failed, source, phase }: IngestProgress) {
  const share = bytesTotal > 0 ? bytesRead / bytesTotal : undefined;
  return { done: documents, share: phase === "done" ? 1 : share, failed, item: source };
}

function wantedCollection({ collection, model, precision, field }: IndexOptions): CollectionConfig {
  const fields = Object.fromEntries(field.map(parseField));
  return checked(CollectionConfig, { name: collection, fields, model, precision }, "collection");
}

function parseField(declaration: string): [string, string] {
  const colon = declaration.lastIndexOf(":");
  const [name, type] = [declaration.slice(0, colon), declaration.slice(colon + 1)];
  if (colon > 0 && (FieldType.options as readonly string[]).includes(type)) return [name, type];
  throw new ServerError("usage", "--field takes a name and a type, such as year:number", {
    hint: `Types: ${FieldType.options.join(", ")}.`,
  });
}

async function openOrCreate(
  database: Database,
  wanted: CollectionConfig,
  defaults: CollectionDefaults,
): Promise<Collection> {
  if (!(await database.hasCollection(wanted.name))) return database.createCollection(withDefaults(wanted, defaults));
  const collection = await database.collection(wanted.name);
  requireAsWanted(collection.config, wanted);
  return collection;
}

/** What was asked for in so many words must hold of a collection that exists; settings are for new ones. */
function requireAsWanted({ fields, precision }: Collection["config"], wanted: CollectionConfig): void {
  const other = Object.entries(wanted.fields).find(([name, type]) => fields[name] !== type);
  if (other !== undefined)
    throw new ServerError("usage", `${wanted.name} exists already, without the field ${other[0]} as ${other[1]}`, {
      hint: "Fields are declared when a collection is made; index into a new one.",
    });
  if (wanted.precision !== undefined && wanted.precision !== precision)
    throw new ServerError("usage", `${wanted.name} exists already, with vectors of a model in ${precision}`, {
      hint: "The precision is chosen when a collection is made; index into a new one, or leave --precision out.",
    });
}

function printReport(
  report: IngestReport,
  { name, terminal }: { readonly name: string; readonly terminal: Terminal },
): void {
  const {
    documents,
    passages,
    added,
    changed,
    unchanged,
    removed,
    failed_total,
    seconds: took,
    docs_per_second,
  } = report;
  const parts = [
    `${count(added)} new`,
    `${count(changed)} changed`,
    `${count(unchanged)} unchanged`,
    `${count(removed)} removed`,
    `${count(failed_total)} failed`,
  ];
  for (const { source, line, message } of report.failed.slice(0, MAX_LISTED_FAILURES))
    terminal.err(
      `  ${terminal.style("yellow", "!")} ${plain(source)}${line === undefined ? "" : ` line ${line}`}: ${plain(message)}\n`,
    );
  if (failed_total > MAX_LISTED_FAILURES) terminal.err(`  ! and ${count(failed_total - MAX_LISTED_FAILURES)} more\n`);
  terminal.err(`${terminal.style("dim", parts.join(" · "))}\n`);
  terminal.out(
    `Indexed ${counted(documents, "document")} (${counted(passages, "passage")}) into ${name} in ${seconds(took)}: ${perSecond(docs_per_second)} docs/s\n`,
  );
}

function interrupted({ documents }: IngestReport): ServerError {
  return new ServerError("interrupted", `stopped after ${counted(documents, "document")}; they are searchable`, {
    hint: "Run the same command to go on; what is stored is not embedded again.",
  });
}

function someFailed({ failed_total, documents }: IngestReport): ServerError {
  return new ServerError(
    "documents_failed",
    `${counted(failed_total, "record")} could not be stored; ${counted(documents, "document")} could`,
    {
      hint: "Mend the records listed above and run the same command; the others are not embedded again.",
    },
  );
}
