import type { Terminal } from "./terminal.ts";
import { byteSize, clock, count, cutMiddle, perSecond, plain } from "./text.ts";

/** How far a long operation is, in whatever it counts. */
export interface Progress {
  readonly done: number;
  readonly total?: number | undefined;
  /** Share of the whole, 0–1, when the total is not known in items but in bytes. */
  readonly share?: number | undefined;
  readonly tokens?: number | undefined;
  readonly failed?: number | undefined;
  /** What is being worked on. */
  readonly item?: string | undefined;
}

export interface ProgressOptions {
  /** `Indexing medquad` */
  readonly title: string;
  /** `docs` in `41.8 docs/s`; `bytes` are shown as KiB, MiB and so on. */
  readonly unit: string;
  readonly terminal: Terminal;
  readonly now?: () => number;
}

/** Short work needs no bar. */
const DELAY_MS = 300;
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 10_000;
const WINDOW_MS = 30_000;
/** Estimates made of less are guesses. */
const ESTIMATE_AFTER_MS = 5_000;
const ESTIMATE_AFTER_SHARE = 0.02;
const BAR_CELLS = 24;
const TWO_LINES_FROM = 60;

/** A line on stderr that follows the work: drawn again in a terminal, one plain line now and then elsewhere. */
export class ProgressDisplay implements Disposable {
  readonly #options: Required<ProgressOptions>;
  readonly #started: number;
  readonly #samples: { readonly at: number; readonly done: number; readonly tokens: number }[] = [];
  #drawnLines = 0;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #lastTenth = 0;

  constructor({ now = () => performance.now(), ...options }: ProgressOptions) {
    this.#options = { now, ...options };
    this.#started = now();
    this.#lastDrawn = options.terminal.redraws ? Number.NEGATIVE_INFINITY : this.#started;
  }

  update(progress: Progress): void {
    const at = this.#options.now();
    this.#sample(progress, at);
    if (this.#options.terminal.redraws) this.#redraw(progress, at);
    else this.#printNowAndThen(progress, at);
  }

  /** Removes the line, so that what follows starts on a clean one. */
  [Symbol.dispose](): void {
    if (this.#drawnLines > 0) this.#options.terminal.err(eraseLines(this.#drawnLines));
    this.#drawnLines = 0;
  }

  #redraw(progress: Progress, at: number): void {
    if (at - this.#started < DELAY_MS || at - this.#lastDrawn < REDRAW_MS) return;
    const { terminal, title, unit } = this.#options;
    const lines = progressLines(progress, { title, unit, rates: this.#rates(progress, at), columns: terminal.columns });
    // Synchronized output: terminals that know it show the new lines at once instead of a flicker.
    terminal.err(`\u001b[?2026h${eraseLines(this.#drawnLines)}${lines.join("\n")}\n\u001b[?2026l`);
    this.#drawnLines = lines.length;
    this.#lastDrawn = at;
  }

  #printNowAndThen(progress: Progress, at: number): void {
    const tenth = Math.floor((share(progress) ?? 0) * 10);
    const due =
      at - this.#lastDrawn >= PLAIN_LINE_MS ||
      (tenth > this.#lastTenth && tenth < 10 && at - this.#started >= DELAY_MS);
    if (!due) return;
    const { terminal, title, unit } = this.#options;
    terminal.err(`${title}: ${[amount(progress, unit), ...this.#rates(progress, at)].join(" · ")}\n`);
    this.#lastDrawn = at;
    this.#lastTenth = tenth;
  }

  #sample({ done, tokens = 0 }: Progress, at: number): void {
    this.#samples.push({ at, done, tokens });
    while ((this.#samples[0]?.at ?? at) < at - WINDOW_MS) this.#samples.shift();
  }

  #rates(progress: Progress, at: number): string[] {
    const first = this.#samples[0];
    const span = (at - (first?.at ?? at)) / 1_000;
    if (first === undefined || span <= 0) return failures(progress);
    const done = (progress.done - first.done) / span;
    const tokens = ((progress.tokens ?? 0) - first.tokens) / span;
    return [
      ...(done > 0 ? [rate(done, this.#options.unit)] : []),
      ...(tokens > 0 ? [`${perSecond(tokens)} tokens/s`] : []),
      ...this.#timeLeft(progress, at),
      ...failures(progress),
    ];
  }

  #timeLeft(progress: Progress, at: number): string[] {
    const elapsed = at - this.#started;
    const ratio = share(progress) ?? 0;
    if (elapsed < ESTIMATE_AFTER_MS || ratio < ESTIMATE_AFTER_SHARE || ratio >= 1) return [];
    return [`${clock((elapsed / 1_000) * (1 / ratio - 1))} left`];
  }
}

interface LineOptions {
  readonly title: string;
  readonly unit: string;
  readonly rates: readonly string[];
  readonly columns: number;
}

/** One line with a bar, a second with rates, a third with the item, as far as the width allows. */
export function progressLines(progress: Progress, { title, unit, rates, columns }: LineOptions): string[] {
  const ratio = share(progress);
  const first =
    ratio === undefined
      ? `${title}  ${amount(progress, unit)}`
      : `${title}  ${bar(ratio, barCells(columns, title))}  ${amount(progress, unit)}`;
  if (columns < TWO_LINES_FROM) return [cutMiddle(first, columns)];
  const item = progress.item === undefined ? [] : [`  ${plain(progress.item)}`];
  const lines = [first, ...(rates.length > 0 ? [`  ${rates.join(" · ")}`] : []), ...item];
  return lines.map((line) => cutMiddle(line, columns));
}

function share({ done, total, share }: Progress): number | undefined {
  const ratio = total !== undefined && total > 0 ? done / total : share;
  return ratio === undefined ? undefined : Math.min(1, Math.max(0, ratio));
}

function amount(progress: Progress, unit: string): string {
  const write = unit === "bytes" ? byteSize : count;
  const ratio = share(progress);
  const percent = ratio === undefined ? "" : `${Math.floor(ratio * 100)} %  `;
  return `${percent}${write(progress.done)}${progress.total === undefined ? "" : ` of ${write(progress.total)}`}`;
}

function rate(each: number, unit: string): string {
  return unit === "bytes" ? `${byteSize(each)}/s` : `${perSecond(each)} ${unit}/s`;
}

function failures({ failed = 0 }: Progress): string[] {
  return failed > 0 ? [`${count(failed)} failed`] : [];
}

function barCells(columns: number, title: string): number {
  return Math.max(4, Math.min(BAR_CELLS, columns - title.length - 30));
}

function bar(ratio: number, cells: number): string {
  const filled = Math.round(ratio * cells);
  return "━".repeat(filled) + "─".repeat(cells - filled);
}

function eraseLines(lines: number): string {
  return lines === 0 ? "" : `\u001b[${lines}A\u001b[0J`;
}
