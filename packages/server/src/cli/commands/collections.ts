import type { DataOptions } from "../open-data.ts";
import { openReader } from "../reader.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize, count, plain } from "../text.ts";

const COLUMNS = [
  { title: "name" },
  { title: "documents", align: "right" },
  { title: "passages", align: "right", rank: 2 },
  { title: "size", align: "right", rank: 3 },
  { title: "last write", rank: 1 },
  { title: "model", rank: 4 },
] as const;

export async function listCollections(options: DataOptions, terminal: Terminal): Promise<void> {
  await using reader = await openReader(options);
  const collections = await reader.collections();
  if (options.json === true) return terminal.out(`${JSON.stringify({ collections })}\n`);
  if (collections.length === 0)
    return terminal.err("There are no collections yet. Make one: galen index COLLECTION PATH\n");
  const rows = collections.map(({ name, documents, passages, bytes, updated_at, model }) => [
    name,
    count(documents),
    count(passages),
    byteSize(bytes),
    updated_at.slice(0, 16).replace("T", " "),
    plain(model),
  ]);
  terminal.out(table(COLUMNS, rows, terminal.outIsTerminal ? { width: terminal.columns } : {}));
}
