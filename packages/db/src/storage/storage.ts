import type { Catalogue } from "../catalogue/catalogue.ts";
import type { ObjectReads, ObjectStore } from "./object-store.ts";

/** Where the parts of a database are. What stands above `storage/` and `catalogue/` knows no more of a place than this. */
interface DatabasePlace {
  /** As messages name it. */
  readonly path: string;
  /** Of LanceDB's tables. */
  readonly tables: string;
  readonly snapshots: string;
  readonly objects: ObjectReads;
  openCatalogue(): Promise<Catalogue>;
}

/** A place that this process alone writes to, for as long as it is held. */
export interface HeldPlace extends DatabasePlace, AsyncDisposable {
  readonly objects: ObjectStore;
}

/** A kind of place, by the scheme of its URIs. To add one: a file beside this one and a line in `registry.ts`; `storage.contract.ts` then tests it. */
export interface Storage {
  /**
   * Takes the place for writing, making it when it is not there.
   * @throws {DbError} `data_folder_locked`, `data_folder_not_writable`, `disk_full`, `storage_failed`
   */
  hold(uri: string): Promise<HeldPlace>;
  /**
   * A place that another process may be writing. Nothing in it is changed.
   * @throws {DbError} `data_folder_not_found`
   */
  read(uri: string): Promise<DatabasePlace>;
}
