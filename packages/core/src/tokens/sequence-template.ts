import { z } from "zod";

import { ModelError } from "../errors.ts";
import type { TextTokens, TokenSpan } from "./tokenizer-engine.ts";

/** A part of a model input: fixed special tokens, or the tokens of the first (0) or second (1) text. */
export type TemplatePiece =
  | { readonly kind: "special"; readonly ids: readonly number[]; readonly typeId: number }
  | { readonly kind: "sequence"; readonly sequence: 0 | 1; readonly typeId: number };

/** How a tokenizer puts special tokens around one text and around a pair. */
export interface SequenceTemplate {
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
}

/**
 * Reads the `post_processor` of a tokenizer.json.
 *
 * It is read here and not left to the library, because truncation stands between the tokens and their template, and is
 * done here as well.
 * @throws {ModelError} `tokenizer_invalid`
 */
export function readSequenceTemplate(postProcessor: unknown): SequenceTemplate {
  if (postProcessor === null || postProcessor === undefined) return bareTemplate;
  const parsed = PostProcessor.safeParse(postProcessor);
  if (!parsed.success) {
    throw new ModelError(
      "tokenizer_invalid",
      `The post_processor of tokenizer.json is not as expected: ${z.prettifyError(parsed.error)}`,
      { cause: parsed.error, hint: "Save the tokenizer again with a current version of transformers." },
    );
  }
  return parsed.data ?? bareTemplate;
}

/** How many special tokens a template adds. */
export function countSpecialTokens(pieces: readonly TemplatePiece[]): number {
  return pieces.reduce((count, piece) => count + (piece.kind === "special" ? piece.ids.length : 0), 0);
}

/** The template without its special tokens; the sequences keep their types. */
export function withoutSpecialTokens(pieces: readonly TemplatePiece[]): readonly TemplatePiece[] {
  return pieces.filter(({ kind }) => kind === "sequence");
}

/** The same with type 0 for every token. */
export function withoutTokenTypes(pieces: readonly TemplatePiece[]): readonly TemplatePiece[] {
  return pieces.map((piece) => ({ ...piece, typeId: 0 }));
}

/** Fills the tokens of one or two texts into their template. */
export function joinPieces(
  pieces: readonly TemplatePiece[],
  sequences: readonly TextTokens[],
): TextTokens & { typeIds: Int32Array } {
  const idsOf = (piece: TemplatePiece): ArrayLike<number> =>
    piece.kind === "special" ? piece.ids : (sequences[piece.sequence]?.ids ?? []);
  const length = pieces.reduce((sum, piece) => sum + idsOf(piece).length, 0);
  const [ids, typeIds] = [new Int32Array(length), new Int32Array(length)];
  let position = 0;
  for (const piece of pieces) {
    const added = idsOf(piece);
    ids.set(added, position);
    typeIds.fill(piece.typeId, position, position + added.length);
    position += added.length;
  }
  if (sequences.some(({ spans }) => spans === undefined)) return { ids, typeIds };
  return { ids, typeIds, spans: pieces.flatMap((piece) => spansOf(piece, sequences)) };
}

function spansOf(piece: TemplatePiece, sequences: readonly TextTokens[]): readonly TokenSpan[] {
  return piece.kind === "special" ? piece.ids.map((): TokenSpan => [0, 0]) : (sequences[piece.sequence]?.spans ?? []);
}

const sequence = (index: 0 | 1, typeId: number): TemplatePiece => ({ kind: "sequence", sequence: index, typeId });
const special = (typeId: number, ...ids: number[]): TemplatePiece => ({ kind: "special", ids, typeId });

// Without a post-processor, and with one that only trims offsets, the sequences are joined and nothing is added.
const bareTemplate: SequenceTemplate = { single: [sequence(0, 0)], pair: [sequence(0, 0), sequence(1, 1)] };

const Id = z.int().nonnegative();
const NamedToken = z.tuple([z.string(), Id]);

const ByteLevel = z.object({ type: z.literal("ByteLevel") }).transform(() => undefined);

const BertProcessing = z
  .object({ type: z.literal("BertProcessing"), cls: NamedToken, sep: NamedToken })
  .transform(({ cls: [, cls], sep: [, sep] }): SequenceTemplate => ({
    single: [special(0, cls), sequence(0, 0), special(0, sep)],
    pair: [special(0, cls), sequence(0, 0), special(0, sep), sequence(1, 1), special(1, sep)],
  }));

// RoBERTa knows no segments: two separators stand between the texts, and every type is 0.
const RobertaProcessing = z
  .object({ type: z.literal("RobertaProcessing"), cls: NamedToken, sep: NamedToken })
  .transform(({ cls: [, cls], sep: [, sep] }): SequenceTemplate => ({
    single: [special(0, cls), sequence(0, 0), special(0, sep)],
    pair: [special(0, cls), sequence(0, 0), special(0, sep, sep), sequence(1, 0), special(0, sep)],
  }));

const Piece = z.union([
  z.object({ Sequence: z.object({ id: z.enum(["A", "B"]), type_id: Id }) }),
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: Id }) }),
]);

const TemplateProcessing = z
  .object({
    type: z.literal("TemplateProcessing"),
    single: z.array(Piece),
    pair: z.array(Piece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(Id) })),
  })
  .transform(({ single, pair, special_tokens: specials }, context): SequenceTemplate => {
    const read = (piece: z.infer<typeof Piece>): TemplatePiece => {
      if ("Sequence" in piece) return sequence(piece.Sequence.id === "A" ? 0 : 1, piece.Sequence.type_id);
      const { id, type_id: typeId } = piece.SpecialToken;
      const token = Object.hasOwn(specials, id) ? specials[id] : undefined;
      if (token === undefined) context.addIssue(`the template names ${JSON.stringify(id)}, which special_tokens lacks`);
      return special(typeId, ...(token?.ids ?? []));
    };
    const template = { single: single.map(read), pair: pair.map(read) };
    checkUse(template, (problem) => context.addIssue(problem));
    return template;
  });

// What the library would stumble over while it tokenizes.
function checkUse({ single, pair }: SequenceTemplate, report: (problem: string) => void): void {
  if (uses(single, 0) !== 1 || uses(single, 1) !== 0) report("the template for one text must hold it once");
  if (uses(pair, 0) > 1 || uses(pair, 1) > 1) report("the template for a pair must not repeat a text");
}

function uses(pieces: readonly TemplatePiece[], index: 0 | 1): number {
  return pieces.filter((piece) => piece.kind === "sequence" && piece.sequence === index).length;
}

const Simple = z.discriminatedUnion("type", [ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing]);

const ProcessorSequence = z
  .object({ type: z.literal("Sequence"), processors: z.array(Simple) })
  .transform(({ processors }, context) => {
    const [template, second] = processors.filter((processor) => processor !== undefined);
    if (second !== undefined) context.addIssue("more than one processor adds special tokens");
    return template;
  });

const PostProcessor = z.discriminatedUnion("type", [...Simple.options, ProcessorSequence]);
