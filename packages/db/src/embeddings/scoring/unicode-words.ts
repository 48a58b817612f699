/** Scripts written without spaces: UAX #29 leaves them to dictionaries, and without one each character is a word (WB999). */
const UNSPACED = String.raw`\p{Ideographic}\p{sc=Hira}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tale}\p{sc=Talu}\p{sc=Lana}`;
const KATAKANA = String.raw`\p{sc=Kana}\u30FC`;
const LETTER = String.raw`[\p{Alphabetic}--[${UNSPACED}${KATAKANA}\p{M}]]`;
const DIGIT = String.raw`\p{Nd}`;
const CONNECTOR = String.raw`\p{Pc}`;
/** Extend, Format and ZWJ belong to what stands before them (WB4). */
const EXTEND = String.raw`[\p{M}\p{Emoji_Modifier}\u200D\u00AD\u2060\uFE0F]`;
const BETWEEN_BOTH = String.raw`.'\u2018\u2019\u2024\uFE52\uFF07\uFF0E`;
const BETWEEN_LETTERS = String.raw`[${BETWEEN_BOTH}:\u00B7\u0387\u055F\u05F4\u2027\uFE13\uFE55\uFF1A]`;
const BETWEEN_DIGITS = String.raw`[${BETWEEN_BOTH},;\u037E\u0589\u060C\u060D\u066C\u07F8\u2044\uFE10\uFE14\uFE50\uFE54\uFF0C\uFF1B]`;

/** WB5–WB12: letters and digits stay together, and a mark between two of a kind stays with them. */
const LETTERS =
  `(?:${LETTER}${EXTEND}*(?:${BETWEEN_LETTERS}${EXTEND}*(?=${LETTER}))?` +
  `|${DIGIT}${EXTEND}*(?:${BETWEEN_DIGITS}${EXTEND}*(?=${DIGIT}))?)+`;
/** WB13: so does katakana, apart from letters. */
const SYLLABLES = `(?:[${KATAKANA}]${EXTEND}*)+`;
/** WB13a, WB13b: connectors join what is on either side. */
const JOINED = `(?:${CONNECTOR}${EXTEND}*(?:${LETTERS}|${SYLLABLES})?)`;
const WORD = `(?:${LETTERS}|${SYLLABLES})${JOINED}*|${JOINED}+`;
const CHARACTER = String.raw`[[${UNSPACED}]\p{M}]${EXTEND}*`;
/** WB3c, WB15, WB16: flags are pairs of regional indicators, families are joined by ZWJ. */
const EMOJI =
  String.raw`\p{RI}{1,2}${EXTEND}*|\p{Extended_Pictographic}${EXTEND}*` +
  String.raw`(?:(?<=\u200D)\p{Extended_Pictographic}${EXTEND}*)*`;

/** Words of a text by Unicode Standard Annex #29; no part of the pattern can match in two ways, so it takes linear time. */
export const words = new RegExp(`${WORD}|${CHARACTER}`, "gv");
export const wordsAndEmoji = new RegExp(`${WORD}|${CHARACTER}|${EMOJI}`, "gv");
