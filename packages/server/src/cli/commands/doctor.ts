import { createRequire } from "node:module";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { GalenError, SentenceTransformer } from "@galen/core";
import type { CollectionReport, Database, VerifyReport } from "@galen/db";
import { loadConfig } from "../../config.ts";
import { ServerError } from "../../errors.ts";
import { version } from "../../version.ts";
import { openExistingData, type DataOptions } from "../open-data.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize, counted } from "../text.ts";

export interface DoctorOptions extends DataOptions {
  readonly model?: string;
  readonly precision?: string;
  /** Mend what the check of the data folder finds. */
  readonly repair?: boolean;
}

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

/** Packages with native code, each by the package of ours that owns it. */
const NATIVE_PACKAGES = [
  ["onnxruntime-node", "@galen/core"],
  ["tokenizers", "@galen/core"],
  ["@lancedb/lancedb", "@galen/db"],
  ["better-sqlite3", "@galen/db"],
] as const;

/** `galen doctor`: every check runs, also after one has failed. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<void> {
  const checks: Check[] = [environment()];
  for (const [name, owner] of NATIVE_PACKAGES)
    checks.push(await check(`package ${name}`, async () => loadNative(name, owner)));
  checks.push(await check("model", () => tryModel(options)));
  if (options.data !== undefined) checks.push(await check("data folder", () => verifyData(options)));
  const ok = checks.every((result) => result.ok);
  if (options.json === true) terminal.out(`${JSON.stringify({ ok, version, checks })}\n`);
  else printChecks(checks, terminal);
  if (!ok)
    throw new ServerError("doctor_failed", `${counted(checks.filter((result) => !result.ok).length, "check")} failed`, {
      hint: "Each line marked ✗ says why.",
    });
}

function environment(): Check {
  const detail = `galen ${version}, Node ${process.version}, ${process.platform} ${process.arch}, ${counted(availableParallelism(), "core")}, ${byteSize(totalmem())} memory`;
  return { name: "environment", ok: true, detail };
}

async function loadNative(name: string, owner: string): Promise<string> {
  const require = createRequire(fileURLToPath(import.meta.resolve(owner)));
  await import(require.resolve(name));
  return "loads";
}

async function tryModel({ model, precision, config: file }: DoctorOptions): Promise<string> {
  const config = loadConfig({ flags: { model, precision }, file });
  const started = performance.now();
  await using transformer = await SentenceTransformer.load(config.model, {
    offline: true,
    precision: config.precision,
  });
  const loaded = performance.now();
  await transformer.encodeQuery("a text to try the model");
  const embedded = performance.now();
  return `${transformer.model}, ${transformer.dimension} dimensions, loads in ${Math.round(loaded - started)} ms, embeds a text in ${Math.round(embedded - loaded)} ms`;
}

async function verifyData({ repair = false, ...options }: DoctorOptions): Promise<string> {
  await using data = await openExistingData(options);
  const mended = repair ? await repairData(data.database) : "";
  const report = await data.database.verify();
  const broken = report.collections.filter(({ ok }) => !ok);
  if (broken.length > 0) throw new ServerError("doctor_failed", `not sound: ${broken.map(describeBroken).join("; ")}`);
  if (report.failure !== undefined) throw new ServerError("doctor_failed", `not sound: ${report.failure}`);
  const [documents, passages] = [sum(report, "documents"), sum(report, "passages")];
  return `${counted(report.collections.length, "collection")}, ${counted(documents, "document")}, ${counted(passages, "passage")}, all sound${mended}`;
}

async function repairData(database: Database): Promise<string> {
  let [restored, removed] = [0, 0];
  for (const { name, ok } of (await database.verify()).collections) {
    if (ok) continue;
    const report = await (await database.collection(name)).repair();
    restored += report.restored;
    removed += report.removed;
  }
  return restored + removed === 0
    ? ""
    : ` (${counted(restored, "document")} stored again, ${counted(removed, "document")} without a record removed)`;
}

function describeBroken({ name, missing, stale, orphaned, duplicated, failure, ...report }: CollectionReport): string {
  const { missing_objects: missingObjects, damaged_objects: damagedObjects } = report;
  const objects =
    missingObjects + damagedObjects > 0 ? `, objects: ${missingObjects} missing, ${damagedObjects} damaged` : "";
  return `${name} (${missing} missing, ${stale} stale, ${orphaned} orphaned, ${duplicated} duplicated${objects}${failure === undefined ? "" : `, ${failure}`})`;
}

function sum({ collections }: VerifyReport, field: "documents" | "passages"): number {
  return collections.reduce((total, report) => total + report[field], 0);
}

async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await run() };
  } catch (error) {
    if (!(error instanceof GalenError))
      return {
        name,
        ok: false,
        detail: error instanceof Error ? `${error.name}: ${firstLine(error.message)}` : "failed",
      };
    return {
      name,
      ok: false,
      detail: `${error.message} (${error.code})`,
      ...(error.hint !== undefined && { hint: error.hint }),
    };
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

function printChecks(checks: readonly Check[], terminal: Terminal): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, ok, detail, hint } of checks) {
    terminal.out(`${terminal.style(ok ? "green" : "red", ok ? "✓" : "✗", "out")} ${name.padEnd(width)}  ${detail}\n`);
    if (hint !== undefined) terminal.out(`  ${"".padEnd(width)}  ${hint}\n`);
  }
}
