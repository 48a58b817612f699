/** The page speaks English; figures follow it whatever the browser's language is. */
const LOCALE = "en";

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const ago = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

/** Joins a number and its unit so that no line breaks between them. */
const NO_BREAK_SPACE = "\u00a0";

export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 document`, `2 documents`. */
export function formatCountOf(count: number, noun: string): string {
  return `${whole.format(count)}${NO_BREAK_SPACE}${noun}${count === 1 ? "" : "s"}`;
}

export function formatScore(score: number): string {
  return score.toFixed(3);
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"] as const;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 10 ? whole.format(value) : tenths.format(value)}${NO_BREAK_SPACE}${units[power] ?? "B"}`;
}

export function formatRate(perSecond: number): string {
  return perSecond >= 100 ? whole.format(perSecond) : tenths.format(perSecond);
}

export function formatMilliseconds(ms: number): string {
  if (ms < 1000) return `${whole.format(Math.max(1, ms))}${NO_BREAK_SPACE}ms`;
  return formatSeconds(ms / 1000);
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? tenths.format(seconds) : whole.format(seconds)}${NO_BREAK_SPACE}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${NO_BREAK_SPACE}min ${Math.round(seconds % 60)}${NO_BREAK_SPACE}s`;
  return `${Math.floor(minutes / 60)}${NO_BREAK_SPACE}h ${minutes % 60}${NO_BREAK_SPACE}min`;
}

export function formatClock(time: number): string {
  return clock.format(time);
}

export function formatMoment(iso: string): string {
  return moment.format(new Date(iso));
}

export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "now";
  if (size < 3600) return ago.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return ago.format(Math.round(seconds / 3600), "hour");
  return ago.format(Math.round(seconds / 86_400), "day");
}
