import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { ContestantProcess } from "../embed/contestant-process.ts";
import type { Launch } from "../embed/contestant-process.ts";
import type { CpuTimes } from "../embed/cpu-times.ts";
import { CORES } from "../embed/pinning.ts";
import { folderSize } from "../folder-size.ts";
import type { Peer } from "./contestants/contestants.ts";
import type { PeersAnswers, PeersProtocol, Way } from "./protocol.ts";

/** A contestant that has not indexed its documents after so long never will. */
const MAX_INDEX_MS = 3_600_000;

export type Span = readonly [before: CpuTimes, after: CpuTimes];

type IndexAnswer = PeersAnswers["index"];

/** What indexing took, and what is there after it. */
export interface Indexed extends IndexAnswer {
  readonly bytes: number;
  readonly peak_rss_mb: number | null;
  readonly spans: readonly Span[];
}

interface Parts {
  readonly process: ContestantProcess<PeersProtocol>;
  readonly folder: string;
  readonly loaded: PeersAnswers["load"];
}

/** A contestant that takes part: its process and the folder with its index. */
export class Entrant implements AsyncDisposable {
  readonly peer: Peer;
  readonly loaded: PeersAnswers["load"];
  readonly #process: ContestantProcess<PeersProtocol>;
  readonly #folder: string;

  private constructor(peer: Peer, { process, folder, loaded }: Parts) {
    this.peer = peer;
    this.loaded = loaded;
    this.#process = process;
    this.#folder = folder;
  }

  /** Starts the process and loads the model. @throws what the contestant says is missing */
  static async open(
    peer: Peer,
    { launch, folder, ...task }: { launch: Launch; folder: string; model: string; documents: string },
  ): Promise<Entrant> {
    const own = await mkdtemp(join(folder, `${peer.name}-`));
    await using stack = new AsyncDisposableStack();
    const process = stack.use(new ContestantProcess<PeersProtocol>(peer, launch));
    const loaded = await process.ask({ do: "load", ...task, folder: own, threads: CORES });
    stack.move();
    return new Entrant(peer, { process, folder: own, loaded });
  }

  async index(): Promise<Indexed> {
    const { answer, spans } = await this.#timed(() => this.#process.ask({ do: "index" }, { maxMs: MAX_INDEX_MS }));
    return { ...answer, spans, bytes: await folderSize(this.#folder), peak_rss_mb: this.peakRssMb() };
  }

  search({ mode, index }: Way, { queries, limit }: { queries: readonly string[]; limit: number }) {
    return this.#timed(() => this.#process.ask({ do: "search", mode, index, queries, limit }));
  }

  peakRssMb(): number | null {
    return this.#process.peakRssMb();
  }

  // Nothing where the system does not say what others did meanwhile.
  async #timed<Answer>(ask: () => Promise<Answer>): Promise<{ answer: Answer; spans: readonly Span[] }> {
    const before = this.#process.cpuTimes();
    const answer = await ask();
    const after = this.#process.cpuTimes();
    return { answer, spans: before !== undefined && after !== undefined ? [[before, after]] : [] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
