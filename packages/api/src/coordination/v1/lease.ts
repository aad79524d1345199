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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import { leaseSpecRules } from "./lease-rules.ts";

export const Lease = struct(
  "coordination.k8s.io/v1.Lease",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<LeaseSpec>(() => LeaseSpec),
      "What is wanted.",
    ),
  },
  { doc: "A claim to a role, held for a time and renewed." },
);
export interface Lease extends Infer<typeof Lease> {}

export const LeaseSpec = struct(
  "coordination.k8s.io/v1.LeaseSpec",
  {
    holderIdentity: opt(1, string, "Who holds it.", { keepZero: true }),
    leaseDurationSeconds: opt(2, int32, "How long others wait after the last renewal before they take it.", {
      keepZero: true,
    }),
    acquireTime: opt(3, microTime, "When it was taken.", { keepZero: true }),
    renewTime: opt(4, microTime, "When it was last renewed.", { keepZero: true }),
    leaseTransitions: opt(5, int32, "How often it changed hands.", { keepZero: true }),
    strategy: opt(6, string, "How the holder is chosen, where that is coordinated.", {
      keepZero: true,
      gate: "CoordinatedLeaderElection",
      known: ["OldestEmulationVersion"],
    }),
    preferredHolder: opt(7, string, "Who should take it over.", { keepZero: true, gate: "CoordinatedLeaderElection" }),
  },
  (): AnyStructOptions => ({ doc: "Who holds a lease, and until when.", rules: [leaseSpecRules] }),
);
export interface LeaseSpec extends Infer<typeof LeaseSpec> {}

export const leases = resource<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  schema: Lease,
  storage: "leases",
  storageVersionHash: "gqkMMb/YqFM=",
  formerVersions: ["v1beta1"],
  createOnUpdate: true,
  unconditionalUpdate: false,
  columns: [
    nameColumn,
    column("Holder", "Who holds the lease.", (lease) => lease.spec.holderIdentity ?? ""),
    ageColumn,
  ],
});
