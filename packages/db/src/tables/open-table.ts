import type { Connection, Table } from "@lancedb/lancedb";
import { connectTables } from "./connection.ts";
import type { ConnectOptions } from "./connection.ts";

export interface TableLocation {
  readonly folder: string;
  readonly name: string;
}

/**
 * A table with a connection and caches of its own, to be renewed after maintenance: LanceDB's caches keep every file of a
 * full-text index that they have read open, also when the index is replaced and the file deleted, until their session ends. A
 * process that writes for days would run out of files.
 */
export class OpenTable implements Disposable {
  readonly #location: TableLocation;
  readonly #options: ConnectOptions;
  #connection: Connection;
  #table: Table;

  private constructor(
    location: TableLocation,
    options: ConnectOptions,
    { connection, table }: { connection: Connection; table: Table },
  ) {
    this.#location = location;
    this.#options = options;
    this.#connection = connection;
    this.#table = table;
  }

  static async open(location: TableLocation, options: ConnectOptions = {}): Promise<OpenTable> {
    return new OpenTable(location, options, await openFresh(location, options));
  }

  /** Whether another process writes the table. */
  get follows(): boolean {
    return this.#options.follows === true;
  }

  get table(): Table {
    return this.#table;
  }

  /** To be called between writes: a table sees those of its own handle only. Queries that have begun end undisturbed. */
  async renew(): Promise<void> {
    const { connection, table } = await openFresh(this.#location, this.#options);
    this[Symbol.dispose]();
    this.#connection = connection;
    this.#table = table;
  }

  [Symbol.dispose](): void {
    closeUnlessUsed(this.#table);
    closeUnlessUsed(this.#connection);
  }
}

/** What a query is reading still cannot be closed: it goes with the query, when the collector finds it. */
function closeUnlessUsed(native: { close(): void }): void {
  try {
    native.close();
  } catch (error) {
    if (!(error instanceof Error && /another borrow is active/.test(error.message))) throw error;
  }
}

async function openFresh({ folder, name }: TableLocation, options: ConnectOptions) {
  const connection = await connectTables(folder, options);
  try {
    return { connection, table: await connection.openTable(name) };
  } catch (error) {
    connection.close();
    throw error;
  }
}
