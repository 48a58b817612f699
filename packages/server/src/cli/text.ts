import stringWidth from "string-width";

const ELLIPSIS = "…";
const graphemes = new Intl.Segmenter();

/** Foreign text on one line, without anything that a terminal would obey. */
export function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .trim();
}

/** Cut at the end to a width in columns; wide characters count twice. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  return take(segmentsOf(text), width - 1).join("") + ELLIPSIS;
}

/** Cut in the middle, so that both the folder and the file name of a path can be told. */
export function cutMiddle(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const segments = segmentsOf(text);
  const head = take(segments, Math.ceil((width - 1) / 2));
  const tail = take(segments.toReversed(), Math.floor((width - 1) / 2));
  return head.join("") + ELLIPSIS + tail.toReversed().join("");
}

function segmentsOf(text: string): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** As many of the first segments as fit the width. */
function take(segments: readonly string[], width: number): string[] {
  let used = 0;
  const end = segments.findIndex((segment) => (used += stringWidth(segment)) > width);
  return segments.slice(0, end === -1 ? segments.length : end);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - stringWidth(text))) + text;
}

const integer = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const rate = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function count(number: number): string {
  return integer.format(number);
}

export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** `41.8`, `12.4K`. */
export function perSecond(number: number): string {
  return number < 1_000 ? rate.format(number) : compact.format(number);
}

export function seconds(number: number): string {
  return `${rate.format(number)} s`;
}

/** `0:17`, `1:02:03`. */
export function clock(secondsLeft: number): string {
  const whole = Math.max(0, Math.round(secondsLeft));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

export function byteSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? integer.format(value) : rate.format(value)} ${units[power]}`;
}
