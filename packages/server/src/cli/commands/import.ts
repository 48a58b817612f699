import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import type { Collection, Database } from "@galen/db";
import { withDefaults, type CollectionDefaults } from "../../collection-defaults.ts";
import { ServerError } from "../../errors.ts";
import { interruptible } from "../interruptible.ts";
import { openData, type DataOptions } from "../open-data.ts";
import { ProgressDisplay } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { count, counted, plain } from "../text.ts";
import { formatOf } from "./export.ts";

export interface ImportOptions extends DataOptions {
  readonly collection: string;
  readonly file: string;
  readonly format?: string;
}

/** `galen import`: what was stored stays; the same command again goes on where it was stopped. */
export async function importFile(options: ImportOptions, terminal: Terminal): Promise<void> {
  const { collection: name, file, json } = options;
  const format = formatOf(options);
  const source = await openFile(file);
  await using data = await openData(options);
  const collection = await openOrCreate(data.database, name, data.config);
  using display = new ProgressDisplay({ title: `Importing into ${name}`, unit: "docs", terminal });
  const onProgress = (done: number) => {
    if (json !== true) display.update({ done });
  };
  const result = await interruptible((signal) => collection.import(format, source, { signal, onProgress }), {
    hint: "Run the same command to go on.",
  });
  if (json === true) terminal.out(`${JSON.stringify(result)}\n`);
  else {
    for (const { line, message } of result.failed.slice(0, 20)) {
      terminal.err(`  ${terminal.style("yellow", "!")} line ${line}: ${plain(message)}\n`);
    }
    const { upserted, unchanged, embedded } = result;
    const parts = `${count(unchanged)} unchanged, ${count(embedded)} embedded`;
    terminal.out(`Imported ${counted(upserted, "document")} into ${name} (${parts})\n`);
  }
  if (result.failed_total === 0) return;
  throw new ServerError("documents_failed", `${counted(result.failed_total, "record")} could not be stored`, {
    hint: "Mend the lines listed above and run the same command; the others are not written again.",
  });
}

async function openFile(path: string): Promise<Blob> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return openAsBlob(path);
  throw new ServerError("input_unreadable", `there is no file ${path}`, { details: { path } });
}

async function openOrCreate(database: Database, name: string, defaults: CollectionDefaults): Promise<Collection> {
  if (await database.hasCollection(name)) return database.collection(name);
  return database.createCollection(withDefaults({ name }, defaults));
}
