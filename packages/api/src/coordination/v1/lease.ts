import {
  type Infer,
  int32,
  microTime,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";

export const Lease = struct("coordination.k8s.io/v1.Lease", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<LeaseSpec>(() => LeaseSpec),
    "",
  ),
});
export interface Lease extends Infer<typeof Lease> {}

export const LeaseSpec = struct("coordination.k8s.io/v1.LeaseSpec", {
  holderIdentity: opt(1, string, "", { keepZero: true }),
  leaseDurationSeconds: opt(2, int32, "", { keepZero: true }),
  acquireTime: opt(3, microTime, "", { keepZero: true }),
  renewTime: opt(4, microTime, "", { keepZero: true }),
  leaseTransitions: opt(5, int32, "", { keepZero: true }),
  strategy: opt(6, string, "", {
    keepZero: true,
    gate: "CoordinatedLeaderElection",
    known: ["OldestEmulationVersion"],
  }),
  preferredHolder: opt(7, string, "", { keepZero: true, gate: "CoordinatedLeaderElection" }),
});
export interface LeaseSpec extends Infer<typeof LeaseSpec> {}

export const leases = resource<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  schema: Lease,
  storage: "leases",
  storageVersionHash: "gqkMMb/YqFM=",
  createOnUpdate: true,
  unconditionalUpdate: false,
  columns: [
    nameColumn,
    column("Holder", "Who holds the lease.", (lease) => lease.spec.holderIdentity ?? ""),
    ageColumn,
  ],
});
