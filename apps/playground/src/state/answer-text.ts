export type AnswerPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "citation"; readonly marker: number; readonly key: string };

/**
 * An answer as text and citations. A marker without a citation is dropped: a number that leads nowhere must never be shown.
 * While the answer streams, a marker that is cut at the end waits for its rest.
 */
export function answerParts(answer: string, markers: ReadonlySet<number>, { streaming = false } = {}): AnswerPart[] {
  const parts: AnswerPart[] = [];
  const whole = streaming ? answer.replace(/\s*\[\d*$/, "") : answer;
  let at = 0;
  for (const match of whole.matchAll(/(\s*)\[(\d{1,4})\]/g)) {
    if (match.index > at) parts.push({ kind: "text", text: whole.slice(at, match.index) });
    at = match.index + match[0].length;
    const marker = Number(match[2]);
    if (markers.has(marker)) parts.push({ kind: "citation", marker, key: `${marker}@${match.index}` });
  }
  if (at < whole.length) parts.push({ kind: "text", text: whole.slice(at) });
  return parts;
}
