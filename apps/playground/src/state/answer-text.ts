import type { Span } from "@galen/db/schemas";
import { segments } from "./spans.ts";

export type AnswerPart =
  | { readonly kind: "text"; readonly text: string; readonly unverified: boolean }
  | { readonly kind: "citation"; readonly marker: number; readonly key: string };

interface AnswerPartsOptions {
  /** Whether more text is to come: a marker that is cut at the end waits for its rest. */
  readonly streaming?: boolean;
  /** Ranges of the answer that no cited passage supports. */
  readonly unverified?: readonly Span[] | undefined;
}

/** An answer as text and citations. A marker without a citation is dropped: a number that leads nowhere must never be shown. */
export function answerParts(
  answer: string,
  markers: ReadonlySet<number>,
  { streaming = false, unverified = [] }: AnswerPartsOptions = {},
): AnswerPart[] {
  const parts: AnswerPart[] = [];
  const whole = streaming ? answer.replace(/\s*\[\d*$/, "") : answer;
  const pushText = (start: number, end: number) => {
    for (const { text, marked } of segments(whole, unverified, { start, end }))
      parts.push({ kind: "text", text, unverified: marked });
  };
  let at = 0;
  for (const match of whole.matchAll(/(\s*)\[(\d{1,4})\]/g)) {
    pushText(at, match.index);
    at = match.index + match[0].length;
    const marker = Number(match[2]);
    if (markers.has(marker)) parts.push({ kind: "citation", marker, key: `${marker}@${match.index}` });
  }
  pushText(at, whole.length);
  return parts;
}
