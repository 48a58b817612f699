import { ServerError } from "../../errors.ts";
import { openExistingData, type DataOptions } from "../open-data.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize, count, counted } from "../text.ts";

const COLUMNS = [
  { title: "id" },
  { title: "collection" },
  { title: "documents", align: "right" },
  { title: "size", align: "right", rank: 2 },
  { title: "taken", rank: 1 },
] as const;

export interface SnapshotOptions extends DataOptions {
  readonly id: string;
}

export async function createSnapshot(
  { collection, ...options }: DataOptions & { readonly collection: string },
  terminal: Terminal,
): Promise<void> {
  await using data = await openExistingData(options);
  const info = await data.database.snapshots.create(collection);
  if (options.json === true) terminal.out(`${JSON.stringify(info)}\n`);
  else terminal.out(`Took the snapshot ${info.id} of ${info.collection}: ${counted(info.documents, "document")}\n`);
}

export async function listSnapshots(options: DataOptions, terminal: Terminal): Promise<void> {
  await using data = await openExistingData(options);
  const snapshots = await data.database.snapshots.list();
  if (options.json === true) return terminal.out(`${JSON.stringify({ snapshots })}\n`);
  if (snapshots.length === 0)
    return terminal.err("There are no snapshots. Take one: galen snapshot create COLLECTION\n");
  const rows = snapshots.map(({ id, collection, documents, bytes, created_at }) => [
    id,
    collection,
    count(documents),
    byteSize(bytes),
    created_at.slice(0, 16).replace("T", " "),
  ]);
  terminal.out(table(COLUMNS, rows, terminal.outIsTerminal ? { width: terminal.columns } : {}));
}

export async function verifySnapshot({ id, ...options }: SnapshotOptions, terminal: Terminal): Promise<void> {
  await using data = await openExistingData(options);
  const report = await data.database.snapshots.verify(id);
  if (options.json === true) terminal.out(`${JSON.stringify(report)}\n`);
  else if (report.ok) terminal.out(`The snapshot is sound: ${counted(report.files, "file")}\n`);
  if (report.ok) return;
  const broken = [
    ...report.missing.map((path) => `${path} is missing`),
    ...report.damaged.map((path) => `${path} is damaged`),
  ];
  throw new ServerError("doctor_failed", `the snapshot is not sound: ${broken.slice(0, 10).join(", ")}`);
}

export async function restoreSnapshot(
  { id, name, replace = false, ...options }: SnapshotOptions & { readonly name?: string; readonly replace?: boolean },
  terminal: Terminal,
): Promise<void> {
  await using data = await openExistingData(options);
  const restored = await data.database.snapshots.restore(id, { replace, ...(name !== undefined && { name }) });
  const info = await restored.info();
  if (options.json === true) terminal.out(`${JSON.stringify(info)}\n`);
  else terminal.out(`Restored ${info.name}: ${counted(info.documents, "document")}\n`);
}

export async function removeSnapshot({ id, ...options }: SnapshotOptions, terminal: Terminal): Promise<void> {
  await using data = await openExistingData(options);
  await data.database.snapshots.remove(id);
  if (options.json === true) terminal.out(`${JSON.stringify({ removed: id })}\n`);
  else terminal.out(`Removed the snapshot ${id}\n`);
}
