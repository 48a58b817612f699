/** Never the end of a sentence. Case matters: "MS." is multiple sclerosis, "Ms." is not. */
const NEVER_LAST =
  /(?:^|[\s([{"'“‘/])(?:[Ee]\.g|[Ii]\.e|[Vv]s|[Cc]f|[Vv]iz|[Aa]pprox|ca|Dr|Drs|Mr|Mrs|Ms|Prof|St|[Ff]igs?|[Rr]efs?|[Ee]qs?|[Rr]esp|[Ii]ncl|vols?|pp)\.$/;
/** Ends a sentence unless a number, a bracket or a lower-case word follows: "No. 5", "Smith et al. (2019)". */
const RARELY_LAST = /(?:^|\s)(?:[Nn]os?|et al)\.$/;
/** "1." or "b)" of a list, or an initial that the segmenter took for a sentence. */
const MARKER_ALONE = /^[("“]?(?:\d{1,3}|[A-Za-z])[.)]$/;
/** "U.S.", "U.K.", "D.C.": the end of a sentence only before a word that opens one. */
const CAPITALS_WITH_DOTS = /(?:^|[\s(])(?:[A-Z]\.){2,}$/;
const OPENERS = new Set(
  "A An And As At But By For From He However If In It Its Many Most No On One Or Other Our Patients People She Since So Some That The Their There These They This Those To We What When While With You Your".split(
    " ",
  ),
);

/**
 * Whether what a segmenter took for the end of a sentence is only an abbreviation: `before` is the text up to there,
 * `after` what follows, both without white space at the border.
 */
export function isAbbreviation(before: string, after: string): boolean {
  if (NEVER_LAST.test(before) || MARKER_ALONE.test(before)) return true;
  if (RARELY_LAST.test(before)) return /^[\d([\p{Ll}]/u.test(after);
  if (CAPITALS_WITH_DOTS.test(before)) return !OPENERS.has(/^\p{L}*/u.exec(after)?.[0] ?? "");
  return false;
}
