import { z } from "zod";

/** Languages that the full-text index has stemmers and stop words for. */
export const AnalyzerLanguage = z
  .enum([
    "arabic",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hungarian",
    "italian",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
  ])
  .meta({ id: "AnalyzerLanguage" });
export type AnalyzerLanguage = z.infer<typeof AnalyzerLanguage>;

/** How text becomes the terms that keyword search matches; queries are read in the same way. */
export const Analyzer = z
  .strictObject({
    language: AnalyzerLanguage.default("english"),
    stem: z.boolean().default(true).meta({ description: '"stones" matches "stone"' }),
    stop_words: z
      .union([z.boolean(), z.array(z.string().min(1).max(64)).max(1_000)])
      .default(true)
      .meta({ description: "Words that are not searched: the language's, none, or this list" }),
    lower_case: z.boolean().default(true).meta({
      description: '"Who" is read as "who"; without it stems and stop words know lower-case words only',
    }),
    ascii_folding: z.boolean().default(true).meta({ description: '"é" is read as "e"' }),
  })
  .meta({ id: "Analyzer", example: { language: "german" } });
export type Analyzer = z.infer<typeof Analyzer>;

export const TextField = z
  .strictObject({
    boost: z.number().positive().max(100).default(1).meta({ description: "Its BM25 counts so many times" }),
  })
  .meta({ id: "TextField" });

/** Names of fields that the document itself has. */
const OWN_FIELDS = ["title", "text"];

export const TextFields = z
  .record(z.string().max(64), TextField)
  .refine((fields) => Object.keys(fields).length > 0, "name at least one field")
  .refine((fields) => Object.keys(fields).length <= 16, "at most 16 fields")
  .meta({
    id: "TextFields",
    example: { title: { boost: 2 }, text: {} },
    description:
      "Fields that keyword search reads, each with an index of its own: `title`, `text` and declared fields of type string. Their scores are added. When absent, title and text are one field",
  });
export type TextFields = z.infer<typeof TextFields>;

/** What the full-text side of a collection is made with. */
export interface TextSettings {
  readonly analyzer?: Analyzer | undefined;
  readonly text_fields?: TextFields | undefined;
}

/** The first of these names that keyword search cannot read, if any. */
export function unknownTextField(
  textFields: TextFields | undefined,
  fields: Readonly<Record<string, string>>,
): string | undefined {
  return Object.keys(textFields ?? {}).find((name) => !OWN_FIELDS.includes(name) && fields[name] !== "string");
}
