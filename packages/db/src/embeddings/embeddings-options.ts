import type { DatabaseOptions } from "../database.ts";
import { DbError } from "../errors.ts";
import type { ModelPrecision } from "../schemas/vectors.ts";
import type { AutoId } from "./automatic-id.ts";
import type { NormalizeOption } from "./scoring/normalization.ts";
import type { TermIndexOptions } from "./scoring/term-index.ts";
import type { TokenizerOptions } from "./scoring/tokenizer.ts";
import { weightings } from "./scoring/weighting.ts";
import type { ScoringMethod, WeightingParameters } from "./scoring/weighting.ts";
import { customFunctions } from "./sql/functions.ts";
import type { CustomFunction } from "./sql/functions.ts";
import { namesOf } from "./sql/names.ts";
import type { NamedExpression } from "./sql/names.ts";

/** How words are counted, written out. */
export interface ScoringOptions extends WeightingParameters {
  /** @default "bm25" */
  readonly method?: ScoringMethod;
  /** Whether words can be searched. @default false */
  readonly terms?: boolean | Readonly<Record<string, unknown>>;
  /** @default false; `true` for scores between 0 and 1, `"bb25"` for probabilities */
  readonly normalize?: NormalizeOption;
  readonly tokenizer?: TokenizerOptions;
}

/** What one index searches by. */
export interface IndexOptions {
  /** Model: a folder, `npm:<package>` or hub id. @default the embedded all-MiniLM-L6-v2 */
  readonly path?: string;
  /** The same as `path`; `true` for the default model. */
  readonly dense?: boolean | string;
  /** What the model's encoder computes in when `index` is called; not how vectors are stored. @default "fp32" */
  readonly precision?: ModelPrecision;
  /** Keywords only, unless a model is named; by BM25 or another method. @default false */
  readonly keyword?: boolean | ScoringMethod;
  /** Combines vectors with keywords. @default false */
  readonly hybrid?: boolean | ScoringMethod;
  /** Keywords by settings of one's own; counts instead of what `keyword` and `hybrid` say. */
  readonly scoring?: ScoringMethod | ScoringOptions;
  /** Whether there are vectors of the default model where none is named. @default true */
  readonly defaults?: boolean;
  readonly columns?: ColumnOptions;
  /** What stands before each query and each text when they are embedded. */
  readonly instructions?: { readonly query?: string; readonly data?: string };
  /** So many of the first components of vectors, for models that are trained for it. */
  readonly dimensionality?: number;
  /** Bits of a component, 1 to 8; scores are then counted of bits that differ. Vectors on disk stay whole. */
  readonly quantize?: boolean | number;
}

interface ColumnOptions {
  /** The member of an object that is searched. @default "text" */
  readonly text?: string;
  /** The member that holds bytes. @default "object" */
  readonly object?: string;
  /** Members that statements can ask for: all, none, or these. @default all */
  readonly store?: null | readonly string[];
}

export interface EmbeddingsOptions extends IndexOptions, Pick<DatabaseOptions, "loadEmbedder" | "split"> {
  /** Whether searches return the text with the id and the score, and understand SQL. @default false */
  readonly content?: boolean;
  /** Whether the bytes of objects are kept, for statements. @default false */
  readonly objects?: boolean;
  /** Further indexes of the same documents, by name. */
  readonly indexes?: Readonly<Record<string, IndexOptions>>;
  /** Functions for statements. */
  readonly functions?: readonly CustomFunction[];
  /** Names for expressions in statements. */
  readonly expressions?: readonly NamedExpression[];
  /** Ids of documents without one. @default whole numbers from 0 */
  readonly autoid?: AutoId;
  /** Documents stored at a time, up to 1,000. @default 1000 */
  readonly batch?: number;
  /** Folder to keep the index in. @default a temporary one, removed by `close` */
  readonly data?: string;
}

/** What an index consists of. */
export interface IndexPlan {
  /** Whether there are vectors. */
  readonly isDense: boolean;
  /** Of their model; the default one when absent. */
  readonly path: string | undefined;
  readonly terms: TermIndexOptions | undefined;
  /** Whether words have weights without being searched. */
  readonly isWeighted: boolean;
  readonly textColumn: string;
  readonly quantize: number | undefined;
}

/** Ends in the names of collections. */
const INDEX_NAME = /^[A-Za-z0-9_-]{1,40}$/;

/** @throws {DbError} `collection_invalid` */
export function planOf(options: IndexOptions): IndexPlan {
  const { keyword, hybrid, dense, defaults = true, quantize } = options;
  const path = options.path ?? (typeof dense === "string" ? dense : undefined);
  const scoring = options.scoring ?? shortcut(keyword || hybrid);
  const settings = typeof scoring === "string" ? { method: scoring } : scoring;
  if (settings?.method !== undefined && !Object.hasOwn(weightings, settings.method)) {
    throw new DbError("collection_invalid", "scoring: there is no such method.", {
      hint: `Methods: ${Object.keys(weightings).join(", ")}.`,
    });
  }
  if (typeof quantize === "number" && !(Number.isInteger(quantize) && quantize >= 1 && quantize <= 8)) {
    throw new DbError("collection_invalid", "quantize: bits of a component are a whole number from 1 to 8.");
  }
  return {
    isDense: path !== undefined || dense === true || (defaults && !keyword),
    path,
    terms: settings?.terms ? { ...settings, method: settings.method ?? "bm25" } : undefined,
    isWeighted: settings !== undefined && !settings.terms,
    textColumn: options.columns?.text ?? "text",
    quantize: typeof quantize === "number" ? quantize : undefined,
  };
}

function shortcut(method: boolean | ScoringMethod | undefined): ScoringOptions | undefined {
  if (!method) return undefined;
  return { method: method === true ? "bm25" : method, terms: true, normalize: true };
}

/** @throws {DbError} `collection_invalid` */
export function subindexPlans({ indexes = {} }: EmbeddingsOptions): Map<string, IndexPlan> {
  const plans = Object.entries(indexes).map(([name, options]): [string, IndexPlan] => {
    if (INDEX_NAME.test(name)) return [name, planOf(options)];
    throw new DbError("collection_invalid", "indexes: a name is of letters, digits, - and _, at most 40 of them.");
  });
  return new Map(plans);
}

/** Whether an index can be made so. @throws {DbError} `collection_invalid` */
export function requireValid(options: EmbeddingsOptions): void {
  planOf(options);
  subindexPlans(options);
  customFunctions(options.functions);
  namesOf(options.expressions);
}

/** Without what is `undefined`, which to the type is something else than absent. */
export function defined(options: {
  readonly [Name in keyof EmbeddingsOptions]: EmbeddingsOptions[Name] | undefined;
}): EmbeddingsOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as EmbeddingsOptions;
}
