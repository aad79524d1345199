import type { Table } from "./table.ts";

/** Carries tables out. */
export interface DataPlane {
  /** Makes `next` the table of its name, in one transaction: packets see the old or the new one. Rejects with the old one in place. */
  apply(next: Table, signal: AbortSignal): Promise<void>;
  /** Removes the table. Nothing to remove is no error. */
  remove(table: Pick<Table, "name" | "family">, signal: AbortSignal): Promise<void>;
}

/** Keeps tables in memory, for tests and simulation. */
export function memoryDataPlane(): DataPlane & { readonly tables: ReadonlyMap<string, Table> } {
  const tables = new Map<string, Table>();
  return {
    tables,
    apply: (next) => {
      tables.set(next.name, next);
      return Promise.resolve();
    },
    remove: ({ name }) => {
      tables.delete(name);
      return Promise.resolve();
    },
  };
}
