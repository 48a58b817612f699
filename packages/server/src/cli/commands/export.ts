import { extname } from "node:path";
import { ExportFormat } from "@galen/db/schemas";
import { openDatabaseReader } from "@galen/rag";
import { loadConfig } from "../../config.ts";
import { interruptible } from "../interruptible.ts";
import { checked, parseFilter } from "../json-option.ts";
import type { DataOptions } from "../open-data.ts";
import { PartialFile } from "../partial-file.ts";
import { ProgressDisplay } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize } from "../text.ts";

export interface ExportOptions extends DataOptions {
  readonly collection: string;
  readonly file: string;
  readonly format?: string;
  readonly filter?: string;
  readonly vectors?: boolean;
}

/** `galen export`: works beside a running server. The file appears when it is complete. */
export async function exportCollection(options: ExportOptions, terminal: Terminal): Promise<void> {
  const { collection: name, file, filter, vectors = false } = options;
  const format = formatOf(options);
  const parsed = parseFilter(filter);
  const { data } = loadConfig({ flags: { data: options.data }, file: options.config });
  await using database = await openDatabaseReader(data);
  const collection = await database.collection(name);
  using display = new ProgressDisplay({ title: `Exporting ${name}`, unit: "bytes", terminal });
  const bytes = await interruptible(async (signal) => {
    const selection = { vectors, signal, ...(parsed !== undefined && { filter: parsed }) };
    await using output = await PartialFile.create(file);
    let written = 0;
    for await (const chunk of collection.export(format, selection)) {
      await output.append(chunk);
      written += chunk.length;
      if (options.json !== true) display.update({ done: written });
    }
    await output.finish();
    return written;
  });
  if (options.json === true) terminal.out(`${JSON.stringify({ collection: name, file, format, bytes })}\n`);
  else terminal.out(`Exported ${name} to ${file} (${byteSize(bytes)})\n`);
}

export function formatOf({ format, file }: { readonly format?: string; readonly file: string }): ExportFormat {
  return checked(ExportFormat, format ?? (extname(file) === ".parquet" ? "parquet" : "jsonl"), "--format");
}
