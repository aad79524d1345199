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
      "Storage that its containers can mount.",
      { patch: "merge,retainKeys", patchKey: "name" },
    ),
    initContainers: opt(
      20,
      list(
        ref<Container>(() => Container),
        { keys: ["name"] },
      ),
      "Containers that run one after the other before the rest; those with restartPolicy Always run on.",
      { patch: "merge", patchKey: "name" },
    ),
    containers: req(
      2,
      list(
        ref<Container>(() => Container),
        { keys: ["name"] },
      ),
      "Containers that run together; at least one.",
      { patch: "merge", patchKey: "name" },
    ),
    ephemeralContainers: opt(
      34,
      list(
        ref<EphemeralContainer>(() => EphemeralContainer),
        { keys: ["name"] },
      ),
      "Containers added for a look inside; only by the subresource of that name.",
      { patch: "merge", patchKey: "name" },
    ),
    restartPolicy: opt(3, oneOf("Always", "OnFailure", "Never"), "When containers that ended are started again.", {
      default: "Always",
    }),
    terminationGracePeriodSeconds: opt(
      4,
      int64,
      "How long the containers have to end after the first signal; 0 means at once.",
      { keepZero: true, default: 30 },
    ),
    activeDeadlineSeconds: opt(5, int64, "How long the pod may run in all.", { keepZero: true }),
    dnsPolicy: opt(
      6,
      oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
      "Where its containers look up names.",
      {
        default: "ClusterFirst",
      },
    ),
    nodeSelector: opt(7, map(string, "atomic"), "Labels that a node must have."),
    serviceAccountName: opt(8, string, "Account that it acts as."),
    serviceAccount: opt(9, string, "Old name of serviceAccountName."),
    automountServiceAccountToken: opt(21, bool, "Whether a token of its account is mounted.", { keepZero: true }),
    nodeName: opt(10, string, "Node that it is on; set by the scheduler."),
    hostNetwork: opt(11, bool, "Uses the node's network."),
    hostPID: opt(12, bool, "Sees the node's processes."),
    hostIPC: opt(13, bool, "Shares memory with the node's processes."),
    shareProcessNamespace: opt(27, bool, "Lets its containers see each other's processes.", { keepZero: true }),
    securityContext: opt(
      14,
      ref<PodSecurityContext>(() => PodSecurityContext),
      "Rights of all its containers.",
    ),
    imagePullSecrets: opt(
      15,
      list(
        ref<LocalObjectReference>(() => LocalObjectReference),
        { keys: ["name"] },
      ),
      "Secrets for pulling its images.",
      { patch: "merge", patchKey: "name" },
    ),
    hostname: opt(16, string, "Its host name; its own name by default."),
    subdomain: opt(17, string, "Domain of its host name, a headless service of its namespace."),
    affinity: opt(
      18,
      ref<Affinity>(() => Affinity),
      "Rules on which nodes and near which pods it runs.",
    ),
    schedulerName: opt(19, string, "Scheduler that finds its node.", { default: "default-scheduler" }),
    tolerations: opt(22, list(ref<Toleration>(() => Toleration)), "Taints that it puts up with."),
    hostAliases: opt(
      23,
      list(
        ref<HostAlias>(() => HostAlias),
        { keys: ["ip"] },
      ),
      "Further lines for its hosts file.",
      { patch: "merge", patchKey: "ip" },
    ),
    priorityClassName: opt(24, string, "Class that its priority comes from."),
    priority: opt(25, int32, "How important it is; the higher, the more.", { keepZero: true }),
    dnsConfig: opt(
      26,
      ref<PodDNSConfig>(() => PodDNSConfig),
      "Additions to what dnsPolicy makes.",
    ),
    readinessGates: opt(
      28,
      list(ref<PodReadinessGate>(() => PodReadinessGate)),
      "Further conditions that must hold for it to be ready.",
    ),
    runtimeClassName: opt(29, string, "Class of runtime that runs it.", { keepZero: true }),
    enableServiceLinks: opt(30, bool, "Gives containers variables for the services of the namespace.", {
      keepZero: true,
    }),
    preemptionPolicy: opt(
      31,
      oneOf("PreemptLowerPriority", "Never"),
      "Whether it may drive out pods of lower priority.",
      { keepZero: true },
    ),
    overhead: opt(32, map(quantity), "What it costs besides its containers; set from its runtime class."),
    topologySpreadConstraints: opt(
      33,
      list(
        ref<TopologySpreadConstraint>(() => TopologySpreadConstraint),
        { keys: ["topologyKey", "whenUnsatisfiable"] },
      ),
      "How evenly its like are spread over the cluster.",
      { patch: "merge", patchKey: "topologyKey" },
    ),
    setHostnameAsFQDN: opt(35, bool, "Makes the full name its host name.", { keepZero: true }),
    os: opt(
      36,
      ref<PodOS>(() => PodOS),
      "Operating system it is for.",
    ),
    hostUsers: opt(37, bool, "Whether its users are the node's; false gives it users of its own.", { keepZero: true }),
    schedulingGates: opt(
      38,
      list(
        ref<PodSchedulingGate>(() => PodSchedulingGate),
        { keys: ["name"] },
      ),
      "Names that must all be gone before it is scheduled.",
      { patch: "merge", patchKey: "name" },
    ),
    resourceClaims: opt(
      39,
      list(
        ref<PodResourceClaim>(() => PodResourceClaim),
        { keys: ["name"] },
      ),
      "Claims on devices that must be met before it runs.",
      { patch: "merge,retainKeys", patchKey: "name", gate: "DynamicResourceAllocation" },
    ),
    resources: opt(
      40,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "What all its containers together need and may use.",
      { gate: "PodLevelResources" },
    ),
    hostnameOverride: opt(41, string, "Host name that wins over all else.", {
      keepZero: true,
      gate: "HostnameOverride",
    }),
    schedulingGroup: opt(
      43,
      ref<PodSchedulingGroup>(() => PodSchedulingGroup),
      "Group of pods that it is scheduled with.",
      { gate: "GenericWorkload" },
    ),
  },
  (): AnyStructOptions => ({
    defaults: podSpecDefaults,
    rules: [podSpecRules],
    doc: "What a pod consists of and how it runs.",
  }),
);
export interface PodSpec extends Infer<typeof PodSpec> {}

export const PodSchedulingGroup = struct(
  "core/v1.PodSchedulingGroup",
  {
    podGroupName: opt(1, string, "Name of the group.", { keepZero: true }),
  },
  { doc: "Group that a pod is scheduled with." },
);
export interface PodSchedulingGroup extends Infer<typeof PodSchedulingGroup> {}

export const PodResourceClaim = struct(
  "core/v1.PodResourceClaim",
  {
    name: req(1, string, "What containers call it."),
    resourceClaimName: opt(3, string, "Claim that exists already.", { keepZero: true }),
    resourceClaimTemplateName: opt(4, string, "Template from which one is made for the pod.", { keepZero: true }),
  },
  { doc: "A claim on devices, by name or by template." },
);
export interface PodResourceClaim extends Infer<typeof PodResourceClaim> {}

export const PodSchedulingGate = struct(
  "core/v1.PodSchedulingGate",
  {
    name: req(1, string, "Its name; each gate has an owner who removes it."),
  },
  { doc: "Something that holds a pod back from scheduling." },
);
export interface PodSchedulingGate extends Infer<typeof PodSchedulingGate> {}

export const PodOS = struct(
  "core/v1.PodOS",
  {
    name: req(1, string, "linux or windows.", { known: ["linux", "windows"] }),
  },
  { doc: "Operating system of a pod." },
);
export interface PodOS extends Infer<typeof PodOS> {}

export const TopologySpreadConstraint = struct(
  "core/v1.TopologySpreadConstraint",
  {
    maxSkew: req(1, int32, "How many more pods one place may have than the emptiest."),
    topologyKey: req(2, string, "Node label whose values are the places."),
    whenUnsatisfiable: req(
      3,
      oneOf("DoNotSchedule", "ScheduleAnyway"),
      "Whether the pod then waits or is placed all the same.",
    ),
    labelSelector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Pods that are counted.",
    ),
    minDomains: opt(5, int32, "How many places there must be for the emptiest not to count as zero.", {
      keepZero: true,
    }),
    nodeAffinityPolicy: opt(6, oneOf("Honor", "Ignore"), "Whether nodes that the pod cannot run on count.", {
      keepZero: true,
    }),
    nodeTaintsPolicy: opt(
      7,
      oneOf("Honor", "Ignore"),
      "Whether nodes with taints that the pod does not tolerate count.",
      { keepZero: true },
    ),
    matchLabelKeys: opt(8, list(string), "Label keys for which only pods with the pod's own value count."),
  },
  (): AnyStructOptions => ({ rules: [topologySpreadRules], doc: "How evenly pods are spread over places." }),
);
export interface TopologySpreadConstraint extends Infer<typeof TopologySpreadConstraint> {}

export const PodReadinessGate = struct(
  "core/v1.PodReadinessGate",
  {
    conditionType: req(1, string, "Type of the condition.", {
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
  },
  { doc: "A further condition of being ready." },
);
export interface PodReadinessGate extends Infer<typeof PodReadinessGate> {}

export const PodDNSConfig = struct(
  "core/v1.PodDNSConfig",
  {
    nameservers: opt(1, list(string), "Addresses of name servers."),
    searches: opt(2, list(string), "Domains that short names are tried in."),
    options: opt(3, list(ref<PodDNSConfigOption>(() => PodDNSConfigOption)), "Options of the resolver."),
  },
  { doc: "Settings for looking up names." },
);
export interface PodDNSConfig extends Infer<typeof PodDNSConfig> {}

export const PodDNSConfigOption = struct(
  "core/v1.PodDNSConfigOption",
  {
    name: opt(1, string, "Its name."),
    value: opt(2, string, "Its value, if it has one.", { keepZero: true }),
  },
  { doc: "An option of the resolver." },
);
export interface PodDNSConfigOption extends Infer<typeof PodDNSConfigOption> {}

export const HostAlias = struct(
  "core/v1.HostAlias",
  {
    ip: req(1, string, "The address."),
    hostnames: opt(2, list(string), "Names for it."),
  },
  { doc: "A line of the hosts file." },
);
export interface HostAlias extends Infer<typeof HostAlias> {}
