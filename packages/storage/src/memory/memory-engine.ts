import type { Engine, EngineBatch, EngineLease, EngineRecord } from "../engine.ts";
import type { LeaseId, Revision } from "../revision-store.ts";

/** Holds everything in memory; nothing survives the process. */
export function memoryEngine(): Engine {
  /** In order of insertion, which is that of revisions. */
  const records = new Map<Revision, Uint8Array>();
  const leases = new Map<LeaseId, Uint8Array>();
  const meta = new Map<string, Uint8Array>();
  let newest: Revision = 0;

  function* scan(after: Revision, to: Revision): Iterable<EngineRecord> {
    const last = Math.min(to, newest);
    if (last - after > records.size) {
      for (const [revision, bytes] of records) if (revision > after && revision <= to) yield { revision, bytes };
      return;
    }
    for (let revision = after + 1; revision <= last; revision++) {
      const bytes = records.get(revision);
      if (bytes !== undefined) yield { revision, bytes };
    }
  }

  function* allLeases(): Iterable<EngineLease> {
    for (const [id, bytes] of leases) yield { id, bytes };
  }

  return {
    read: (revision) => records.get(revision),
    scan,
    leases: allLeases,
    meta: (name) => meta.get(name),
    async write(batch: EngineBatch) {
      for (const { revision, bytes } of batch.records) {
        records.set(revision, bytes);
        newest = Math.max(newest, revision);
      }
      for (const revision of batch.dropRecords ?? []) records.delete(revision);
      for (const { id, bytes } of batch.leases ?? []) leases.set(id, bytes);
      for (const id of batch.dropLeases ?? []) leases.delete(id);
      for (const { name, bytes } of batch.meta ?? []) meta.set(name, bytes);
    },
    turn: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
