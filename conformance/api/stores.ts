/** The stores under which suites of the API run: what a client sees must not depend on where objects lie. */
import { expect } from "vitest";
import { NO_ETCD, startEtcd } from "../../packages/storage/src/node/etcd/etcd-process.ts";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

/** Why a store cannot be used here, by its name; undefined: it can. The reason stands in the names of skipped tests. */
export const STORES: readonly { readonly store: "disk" | "etcd"; readonly hindrance: string | undefined }[] = [
  { store: "disk", hindrance: undefined },
  { store: "etcd", hindrance: NO_ETCD },
];

export interface StoredCluster {
  readonly cluster: SimulatedCluster;
  close(): Promise<void>;
}

/** A running cluster whose objects lie there; an etcd is started for it. */
export async function clusterOn(store: "disk" | "etcd"): Promise<StoredCluster> {
  const members = store === "etcd" ? await startEtcd() : [];
  const cluster = await simulatedCluster();
  const flags = members.length === 0 ? [] : ["--etcd-servers", members.map((member) => member.endpoint).join(",")];
  const up = await cluster.up(...flags);
  expect(up.stderr + up.stdout).toContain("ready after");
  return {
    cluster,
    async close() {
      await cluster.remove();
      await Promise.all(members.map((member) => member.close()));
    },
  };
}
