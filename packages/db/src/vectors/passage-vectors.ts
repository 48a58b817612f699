import type { Metric } from "../schemas/metric.ts";
import { passageId, scoredPassage } from "../tables/passage-row.ts";
import type { PassageRow, ScoredPassage } from "../tables/passage-row.ts";
import { leastOfBest } from "./least-of-best.ts";
import { metrics } from "./metric.ts";
import type { MetricMeaning } from "./metric.ts";
import { VectorStore } from "./vector-store.ts";

/** The vectors of a table's passages in memory, kept equal to the table by its writer. */
export class PassageVectors {
  readonly #store: VectorStore;
  readonly #round: MetricMeaning["round"];
  readonly #rows: PassageRow[] = [];
  readonly #places = new Map<string, number>();

  constructor(dimension: number, metric: Metric = "cosine") {
    this.#store = new VectorStore(dimension, metric);
    this.#round = metrics[metric].round;
  }

  get length(): number {
    return this.#rows.length;
  }

  add(row: PassageRow, vector: Float32Array): void {
    this.#places.set(row.id, this.#rows.length);
    this.#rows.push(row);
    this.#store.push(vector);
  }

  /** The passage of this id as it is now. */
  row(id: string): PassageRow | undefined {
    return this.#rows[this.#places.get(id) ?? -1];
  }

  /** Passages of a document are numbered without gaps. */
  removeDocument(documentId: string): void {
    for (let chunkNo = 0; this.#remove(passageId(documentId, chunkNo)); chunkNo++);
  }

  /** The nearest passages, at least `limit` of them and all that tie with the last, in no particular order. */
  nearest(query: Float32Array, limit: number, among?: readonly string[]): ScoredPassage[] {
    const places = among?.flatMap((id) => this.#places.get(id) ?? []);
    const scores = places ? this.#store.scoresAt(places, query) : this.#store.scores(query);
    const least = leastOfBest(scores, limit);
    const best: ScoredPassage[] = [];
    for (let at = 0; at < scores.length; at++) {
      const score = scores[at] ?? 0;
      const row = score < least ? undefined : this.#rows[places ? (places[at] ?? -1) : at];
      if (row) best.push(scoredPassage(row.id, row.rev, this.#round(score)));
    }
    return best;
  }

  /** Score of each of these passages; an unknown one is absent. */
  scores(query: Float32Array, ids: readonly string[]): Map<string, number> {
    const known = ids.filter((id) => this.#places.has(id));
    const places = known.map((id) => this.#places.get(id) ?? -1);
    const scores = this.#store.scoresAt(places, query);
    return new Map(known.map((id, at) => [id, this.#round(scores[at] ?? 0)]));
  }

  #remove(id: string): boolean {
    const place = this.#places.get(id);
    if (place === undefined) return false;
    this.#store.swapRemove(place);
    this.#places.delete(id);
    const last = this.#rows.pop();
    if (last && last.id !== id) {
      this.#rows[place] = last;
      this.#places.set(last.id, place);
    }
    return true;
  }
}
