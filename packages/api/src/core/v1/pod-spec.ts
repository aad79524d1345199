import {
  type Infer,
  bool,
  int32,
  int64,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  LabelSelector,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { Affinity } from "./affinity.ts";
import { Container, EphemeralContainer } from "./container.ts";
import { LocalObjectReference } from "./object-reference.ts";
import { ResourceRequirements } from "./resources.ts";
import { PodSecurityContext } from "./security-context.ts";
import { Toleration } from "./toleration.ts";
import { Volume } from "./volume.ts";
import { podSpecDefaults } from "./pod-defaults.ts";
import { podSpecRules } from "./pod-spec-rules.ts";
import { topologySpreadRules } from "./affinity-rules.ts";

export const PodSpec = struct(
  "core/v1.PodSpec",
  {
    volumes: opt(
      1,
      list(
        ref<Volume>(() => Volume),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge,retainKeys", patchKey: "name" },
    ),
    initContainers: opt(
      20,
      list(
        ref<Container>(() => Container),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    containers: req(
      2,
      list(
        ref<Container>(() => Container),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    ephemeralContainers: opt(
      34,
      list(
        ref<EphemeralContainer>(() => EphemeralContainer),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    restartPolicy: opt(3, oneOf("Always", "OnFailure", "Never"), "", { default: "Always" }),
    terminationGracePeriodSeconds: opt(4, int64, "", { keepZero: true, default: 30 }),
    activeDeadlineSeconds: opt(5, int64, "", { keepZero: true }),
    dnsPolicy: opt(6, oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"), "", {
      default: "ClusterFirst",
    }),
    nodeSelector: opt(7, map(string, "atomic"), ""),
    serviceAccountName: opt(8, string, ""),
    serviceAccount: opt(9, string, ""),
    automountServiceAccountToken: opt(21, bool, "", { keepZero: true }),
    nodeName: opt(10, string, ""),
    hostNetwork: opt(11, bool, ""),
    hostPID: opt(12, bool, ""),
    hostIPC: opt(13, bool, ""),
    shareProcessNamespace: opt(27, bool, "", { keepZero: true }),
    securityContext: opt(
      14,
      ref<PodSecurityContext>(() => PodSecurityContext),
      "",
    ),
    imagePullSecrets: opt(
      15,
      list(
        ref<LocalObjectReference>(() => LocalObjectReference),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    hostname: opt(16, string, ""),
    subdomain: opt(17, string, ""),
    affinity: opt(
      18,
      ref<Affinity>(() => Affinity),
      "",
    ),
    schedulerName: opt(19, string, "", { default: "default-scheduler" }),
    tolerations: opt(22, list(ref<Toleration>(() => Toleration)), ""),
    hostAliases: opt(
      23,
      list(
        ref<HostAlias>(() => HostAlias),
        { keys: ["ip"] },
      ),
      "",
      { patch: "merge", patchKey: "ip" },
    ),
    priorityClassName: opt(24, string, ""),
    priority: opt(25, int32, "", { keepZero: true }),
    dnsConfig: opt(
      26,
      ref<PodDNSConfig>(() => PodDNSConfig),
      "",
    ),
    readinessGates: opt(28, list(ref<PodReadinessGate>(() => PodReadinessGate)), ""),
    runtimeClassName: opt(29, string, "", { keepZero: true }),
    enableServiceLinks: opt(30, bool, "", { keepZero: true }),
    preemptionPolicy: opt(31, oneOf("PreemptLowerPriority", "Never"), "", { keepZero: true }),
    overhead: opt(32, map(quantity), ""),
    topologySpreadConstraints: opt(
      33,
      list(
        ref<TopologySpreadConstraint>(() => TopologySpreadConstraint),
        { keys: ["topologyKey", "whenUnsatisfiable"] },
      ),
      "",
      { patch: "merge", patchKey: "topologyKey" },
    ),
    setHostnameAsFQDN: opt(35, bool, "", { keepZero: true }),
    os: opt(
      36,
      ref<PodOS>(() => PodOS),
      "",
    ),
    hostUsers: opt(37, bool, "", { keepZero: true }),
    schedulingGates: opt(
      38,
      list(
        ref<PodSchedulingGate>(() => PodSchedulingGate),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    resourceClaims: opt(
      39,
      list(
        ref<PodResourceClaim>(() => PodResourceClaim),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge,retainKeys", patchKey: "name", gate: "DynamicResourceAllocation" },
    ),
    resources: opt(
      40,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "",
      { gate: "PodLevelResources" },
    ),
    hostnameOverride: opt(41, string, "", { keepZero: true, gate: "HostnameOverride" }),
    schedulingGroup: opt(
      43,
      ref<PodSchedulingGroup>(() => PodSchedulingGroup),
      "",
      { gate: "GenericWorkload" },
    ),
  },
  (): AnyStructOptions => ({ defaults: podSpecDefaults, rules: [podSpecRules] }),
);
export interface PodSpec extends Infer<typeof PodSpec> {}

export const PodSchedulingGroup = struct("core/v1.PodSchedulingGroup", {
  podGroupName: opt(1, string, "", { keepZero: true }),
});
export interface PodSchedulingGroup extends Infer<typeof PodSchedulingGroup> {}

export const PodResourceClaim = struct("core/v1.PodResourceClaim", {
  name: req(1, string, ""),
  resourceClaimName: opt(3, string, "", { keepZero: true }),
  resourceClaimTemplateName: opt(4, string, "", { keepZero: true }),
});
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}

export const PodSchedulingGate = struct("core/v1.PodSchedulingGate", {
  name: req(1, string, ""),
});
export interface PodSchedulingGate extends Infer<typeof PodSchedulingGate> {}

export const PodOS = struct("core/v1.PodOS", {
  name: req(1, string, "", { known: ["linux", "windows"] }),
});
export interface PodOS extends Infer<typeof PodOS> {}

export const TopologySpreadConstraint = struct(
  "core/v1.TopologySpreadConstraint",
  {
    maxSkew: req(1, int32, ""),
    topologyKey: req(2, string, ""),
    whenUnsatisfiable: req(3, oneOf("DoNotSchedule", "ScheduleAnyway"), ""),
    labelSelector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    minDomains: opt(5, int32, "", { keepZero: true }),
    nodeAffinityPolicy: opt(6, oneOf("Honor", "Ignore"), "", { keepZero: true }),
    nodeTaintsPolicy: opt(7, oneOf("Honor", "Ignore"), "", { keepZero: true }),
    matchLabelKeys: opt(8, list(string), ""),
  },
  (): AnyStructOptions => ({ rules: [topologySpreadRules] }),
);
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}

export const PodReadinessGate = struct("core/v1.PodReadinessGate", {
  conditionType: req(1, string, "", {
    known: [
      "ContainersReady",
      "Initialized",
      "Ready",
      "PodScheduled",
      "DisruptionTarget",
      "PodReadyToStartContainers",
      "PodResizePending",
      "PodResizeInProgress",
      "AllContainersRestarting",
    ],
  }),
});
export interface PodReadinessGate extends Infer<typeof PodReadinessGate> {}

export const PodDNSConfig = struct("core/v1.PodDNSConfig", {
  nameservers: opt(1, list(string), ""),
  searches: opt(2, list(string), ""),
  options: opt(3, list(ref<PodDNSConfigOption>(() => PodDNSConfigOption)), ""),
});
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}

export const PodDNSConfigOption = struct("core/v1.PodDNSConfigOption", {
  name: opt(1, string, ""),
  value: opt(2, string, "", { keepZero: true }),
});
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const HostAlias = struct("core/v1.HostAlias", {
  ip: req(1, string, ""),
  hostnames: opt(2, list(string), ""),
});
export interface HostAlias extends Infer<typeof HostAlias> {}
