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
import { csiDriverErrors, csiDriverSpecRules } from "./storage-rules.ts";

export const CSIDriver = struct(
  "storage.k8s.io/v1.CSIDriver",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<CSIDriverSpec>(() => CSIDriverSpec),
      "What is wanted.",
    ),
  },
  { doc: "What a CSI driver can do." },
);
export interface CSIDriver extends Infer<typeof CSIDriver> {}

export const CSIDriverSpec = struct(
  "storage.k8s.io/v1.CSIDriverSpec",
  {
    attachRequired: opt(1, bool, "Whether volumes are attached to a node first.", { keepZero: true, default: true }),
    podInfoOnMount: opt(2, bool, "Whether mounting is told about the pod.", { keepZero: true, default: false }),
    volumeLifecycleModes: opt(3, list(string, "set"), "Lives of volumes that it knows: Persistent, Ephemeral.", {
      known: ["Persistent", "Ephemeral"],
    }),
    storageCapacity: opt(4, bool, "Whether it reports what is free.", {
      keepZero: true,
      default: false,
    }),
    fsGroupPolicy: opt(5, string, "Whether the owner of its volumes can be set.", {
      keepZero: true,
      default: "ReadWriteOnceWithFSType",
      known: ["ReadWriteOnceWithFSType", "File", "None"],
    }),
    tokenRequests: opt(6, list(ref<TokenRequest>(() => TokenRequest)), "Tokens of the pod's account that it needs."),
    requiresRepublish: opt(7, bool, "Whether mounts are refreshed from time to time.", {
      keepZero: true,
      default: false,
    }),
    seLinuxMount: opt(8, bool, "Whether its volumes can be mounted with a label.", {
      keepZero: true,
      gate: "SELinuxMountReadWriteOncePod",
    }),
    nodeAllocatableUpdatePeriodSeconds: opt(9, int64, "How often the number of volumes a node can take is asked for.", {
      keepZero: true,
      gate: "MutableCSINodeAllocatableCount",
    }),
    serviceAccountTokenInSecrets: opt(10, bool, "Passes tokens among the secrets.", {
      keepZero: true,
      gate: "CSIServiceAccountTokenSecrets",
    }),
    preventPodSchedulingIfMissing: opt(11, bool, "Keeps pods away from nodes without the driver.", {
      keepZero: true,
      gate: "VolumeLimitScaling",
    }),
  },
  (): AnyStructOptions => ({
    defaults: csiDriverSpecDefaults,
    doc: "What a CSI driver can do and asks for.",
    rules: [csiDriverSpecRules],
  }),
);
export interface CSIDriverSpec extends Infer<typeof CSIDriverSpec> {}

export const TokenRequest = struct(
  "storage.k8s.io/v1.TokenRequest",
  {
    audience: req(1, string, "Whom it is for.", { mayBeEmpty: true }),
    expirationSeconds: opt(2, int64, "How long it is to be good.", { keepZero: true }),
  },
  { doc: "A token that a driver needs." },
);
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
  formerVersions: ["v1beta1"],
  unconditionalUpdate: false,
  generationFields: ["spec"],
  columns: csiDriverColumns,
  strategy: { validate: csiDriverErrors },
});
