import { MvccStore, type StoreOptions } from "../mvcc/mvcc-store.ts";
import type { RevisionStore } from "../revision-store.ts";
import { memoryEngine } from "./memory-engine.ts";

/** An empty store that lives as long as the process: for tests and simulation. Ready at once. */
export function memoryStore(options: StoreOptions): RevisionStore {
  return new MvccStore(memoryEngine(), options);
}
