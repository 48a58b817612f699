import { rank } from "./rank.ts";
import type { RankOptions } from "./rank.ts";
import type { ModedRequest } from "./search-request.ts";
import type { SearchSources } from "./search-sources.ts";
import { windowEntries } from "./windows.ts";
import type { FrozenWindow } from "./windows.ts";

/**
 * More of a result: what a deeper search finds behind that which is fixed already. While nothing is written, that is what one large
 * page would have shown. What has been written since is found there, too, but nothing comes twice.
 */
export async function growWindow(
  sources: SearchSources,
  request: ModedRequest,
  window: FrozenWindow,
  options: RankOptions,
): Promise<FrozenWindow> {
  const { limit } = window;
  const most = windowEntries(limit);
  const entries = Math.min(options.entries, most);
  const found = await rank(sources, { ...request, limit }, { ...options, entries });
  const keyOf = ({ id, documentId }: { id: string; documentId: string }) =>
    request.level === "document" ? documentId : id;
  const shown = new Set(window.ranked.map(keyOf));
  const added = found.ranked.filter((entry) => !shown.has(keyOf(entry)));
  const ranked = [...window.ranked, ...added].slice(0, most);
  return { ...window, ranked, ended: found.ended || added.length === 0 || ranked.length >= most };
}
