import {
  type Infer,
  bool,
  int64,
  list,
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
import { csiDriverColumns, csiDriverSpecDefaults } from "./storage-tables.ts";

export const CSIDriver = struct("storage.k8s.io/v1.CSIDriver", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<CSIDriverSpec>(() => CSIDriverSpec),
    "",
  ),
});
export interface CSIDriver extends Infer<typeof CSIDriver> {}

export const CSIDriverSpec = struct(
  "storage.k8s.io/v1.CSIDriverSpec",
  {
    attachRequired: opt(1, bool, "", { keepZero: true, default: true }),
    podInfoOnMount: opt(2, bool, "", { keepZero: true, default: false }),
    volumeLifecycleModes: opt(3, list(string, "set"), "", { known: ["Persistent", "Ephemeral"] }),
    storageCapacity: opt(4, bool, "", { keepZero: true, default: false, gate: "CSIStorageCapacity" }),
    fsGroupPolicy: opt(5, string, "", {
      keepZero: true,
      default: "ReadWriteOnceWithFSType",
      known: ["ReadWriteOnceWithFSType", "File", "None"],
    }),
    tokenRequests: opt(6, list(ref<TokenRequest>(() => TokenRequest)), ""),
    requiresRepublish: opt(7, bool, "", { keepZero: true, default: false }),
    seLinuxMount: opt(8, bool, "", { keepZero: true, gate: "SELinuxMountReadWriteOncePod" }),
    nodeAllocatableUpdatePeriodSeconds: opt(9, int64, "", { keepZero: true, gate: "MutableCSINodeAllocatableCount" }),
    serviceAccountTokenInSecrets: opt(10, bool, "", { keepZero: true, gate: "CSIServiceAccountTokenSecrets" }),
    preventPodSchedulingIfMissing: opt(11, bool, "", { keepZero: true, gate: "VolumeLimitScaling" }),
  },
  (): AnyStructOptions => ({ defaults: csiDriverSpecDefaults }),
);
export interface CSIDriverSpec extends Infer<typeof CSIDriverSpec> {}

export const TokenRequest = struct("storage.k8s.io/v1.TokenRequest", {
  audience: req(1, string, "", { mayBeEmpty: true }),
  expirationSeconds: opt(2, int64, "", { keepZero: true }),
});
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const csiDrivers = resource<CSIDriver>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIDriver",
  plural: "csidrivers",
  namespaced: false,
  schema: CSIDriver,
  storage: "csidrivers",
  storageVersionHash: "hL6j/rwBV5w=",
  unconditionalUpdate: false,
  generationFields: ["spec"],
  columns: csiDriverColumns,
});
