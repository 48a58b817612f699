import type { ModelOperation } from "../model-operation.ts";
import { deleteFilter, deleteIds, deleteSource } from "./delete.ts";
import { refuse, settle } from "./keep.ts";
import { patch, setObject } from "./patch.ts";
import { count, get, list, verify } from "./read.ts";
import { reopen } from "./reopen.ts";
import { dense, hybrid, keyword } from "./search.ts";
import { upsert } from "./upsert.ts";

/** To add one: a file beside this one and its name here. */
export const modelOperations = {
  upsert,
  deleteIds,
  deleteFilter,
  deleteSource,
  patch,
  setObject,
  get,
  list,
  count,
  verify,
  dense,
  keyword,
  hybrid,
  settle,
  refuse,
  reopen,
} satisfies Record<string, ModelOperation>;
