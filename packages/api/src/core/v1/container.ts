import {
  type Infer,
  bool,
  inline,
  int32,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { EnvFromSource, EnvVar } from "./env.ts";
import { Lifecycle, Probe } from "./probe.ts";
import { ResourceRequirements } from "./resources.ts";
import { SecurityContext } from "./security-context.ts";
import { containerDefaults, ephemeralContainerDefaults } from "./pod-defaults.ts";
import { containerRules } from "./container-rules.ts";

export const EphemeralContainerCommon = struct("core/v1.EphemeralContainerCommon", {
  name: req(1, string, ""),
  image: opt(2, string, ""),
  command: opt(3, list(string), ""),
  args: opt(4, list(string), ""),
  workingDir: opt(5, string, ""),
  ports: opt(
    6,
    list(
      ref<ContainerPort>(() => ContainerPort),
      { keys: ["containerPort", "protocol"] },
    ),
    "",
    { patch: "merge", patchKey: "containerPort" },
  ),
  envFrom: opt(19, list(ref<EnvFromSource>(() => EnvFromSource)), ""),
  env: opt(
    7,
    list(
      ref<EnvVar>(() => EnvVar),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
  resources: opt(
    8,
    ref<ResourceRequirements>(() => ResourceRequirements),
    "",
    { emitEmpty: true },
  ),
  resizePolicy: opt(23, list(ref<ContainerResizePolicy>(() => ContainerResizePolicy)), "", {
    gate: "InPlacePodVerticalScaling",
  }),
  restartPolicy: opt(24, string, "", { keepZero: true, known: ["Always", "Never", "OnFailure"] }),
  restartPolicyRules: opt(25, list(ref<ContainerRestartRule>(() => ContainerRestartRule)), "", {
    gate: "ContainerRestartRules",
  }),
  volumeMounts: opt(
    9,
    list(
      ref<VolumeMount>(() => VolumeMount),
      { keys: ["mountPath"] },
    ),
    "",
    { patch: "merge", patchKey: "mountPath" },
  ),
  volumeDevices: opt(
    21,
    list(
      ref<VolumeDevice>(() => VolumeDevice),
      { keys: ["devicePath"] },
    ),
    "",
    { patch: "merge", patchKey: "devicePath" },
  ),
  livenessProbe: opt(
    10,
    ref<Probe>(() => Probe),
    "",
  ),
  readinessProbe: opt(
    11,
    ref<Probe>(() => Probe),
    "",
  ),
  startupProbe: opt(
    22,
    ref<Probe>(() => Probe),
    "",
  ),
  lifecycle: opt(
    12,
    ref<Lifecycle>(() => Lifecycle),
    "",
  ),
  terminationMessagePath: opt(13, string, "", { default: "/dev/termination-log" }),
  terminationMessagePolicy: opt(20, oneOf("File", "FallbackToLogsOnError"), "", { default: "File" }),
  imagePullPolicy: opt(14, oneOf("Always", "IfNotPresent", "Never"), ""),
  securityContext: opt(
    15,
    ref<SecurityContext>(() => SecurityContext),
    "",
  ),
  stdin: opt(16, bool, ""),
  stdinOnce: opt(17, bool, ""),
  tty: opt(18, bool, ""),
});
export interface EphemeralContainerCommon extends Infer<typeof EphemeralContainerCommon> {}

export const EphemeralContainer = struct(
  "core/v1.EphemeralContainer",
  {
    ...inline(1, EphemeralContainerCommon),
    targetContainerName: opt(2, string, ""),
  },
  (): AnyStructOptions => ({ defaults: ephemeralContainerDefaults, rules: [containerRules] }),
);
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}

export const Container = struct(
  "core/v1.Container",
  {
    name: req(1, string, ""),
    image: opt(2, string, ""),
    command: opt(3, list(string), ""),
    args: opt(4, list(string), ""),
    workingDir: opt(5, string, ""),
    ports: opt(
      6,
      list(
        ref<ContainerPort>(() => ContainerPort),
        { keys: ["containerPort", "protocol"] },
      ),
      "",
      { patch: "merge", patchKey: "containerPort" },
    ),
    envFrom: opt(19, list(ref<EnvFromSource>(() => EnvFromSource)), ""),
    env: opt(
      7,
      list(
        ref<EnvVar>(() => EnvVar),
        { keys: ["name"] },
      ),
      "",
      { patch: "merge", patchKey: "name" },
    ),
    resources: opt(
      8,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "",
      { emitEmpty: true },
    ),
    resizePolicy: opt(23, list(ref<ContainerResizePolicy>(() => ContainerResizePolicy)), "", {
      gate: "InPlacePodVerticalScaling",
    }),
    restartPolicy: opt(24, string, "", { keepZero: true, known: ["Always", "Never", "OnFailure"] }),
    restartPolicyRules: opt(25, list(ref<ContainerRestartRule>(() => ContainerRestartRule)), "", {
      gate: "ContainerRestartRules",
    }),
    volumeMounts: opt(
      9,
      list(
        ref<VolumeMount>(() => VolumeMount),
        { keys: ["mountPath"] },
      ),
      "",
      { patch: "merge", patchKey: "mountPath" },
    ),
    volumeDevices: opt(
      21,
      list(
        ref<VolumeDevice>(() => VolumeDevice),
        { keys: ["devicePath"] },
      ),
      "",
      { patch: "merge", patchKey: "devicePath" },
    ),
    livenessProbe: opt(
      10,
      ref<Probe>(() => Probe),
      "",
    ),
    readinessProbe: opt(
      11,
      ref<Probe>(() => Probe),
      "",
    ),
    startupProbe: opt(
      22,
      ref<Probe>(() => Probe),
      "",
    ),
    lifecycle: opt(
      12,
      ref<Lifecycle>(() => Lifecycle),
      "",
    ),
    terminationMessagePath: opt(13, string, "", { default: "/dev/termination-log" }),
    terminationMessagePolicy: opt(20, oneOf("File", "FallbackToLogsOnError"), "", { default: "File" }),
    imagePullPolicy: opt(14, oneOf("Always", "IfNotPresent", "Never"), ""),
    securityContext: opt(
      15,
      ref<SecurityContext>(() => SecurityContext),
      "",
    ),
    stdin: opt(16, bool, ""),
    stdinOnce: opt(17, bool, ""),
    tty: opt(18, bool, ""),
  },
  (): AnyStructOptions => ({ defaults: containerDefaults, rules: [containerRules] }),
);
export interface Container extends Infer<typeof Container> {}

export const VolumeDevice = struct("core/v1.VolumeDevice", {
  name: req(1, string, ""),
  devicePath: req(2, string, ""),
});
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const VolumeMount = struct("core/v1.VolumeMount", {
  name: req(1, string, ""),
  readOnly: opt(2, bool, ""),
  recursiveReadOnly: opt(7, string, "", { keepZero: true, known: ["Disabled", "IfPossible", "Enabled"] }),
  mountPath: req(3, string, ""),
  subPath: opt(4, string, ""),
  mountPropagation: opt(5, oneOf("Bidirectional", "HostToContainer", "None"), "", { keepZero: true }),
  subPathExpr: opt(6, string, ""),
});
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const ContainerRestartRule = struct("core/v1.ContainerRestartRule", {
  action: req(1, string, "", { known: ["Restart", "RestartAllContainers"] }),
  exitCodes: opt(
    2,
    ref<ContainerRestartRuleOnExitCodes>(() => ContainerRestartRuleOnExitCodes),
    "",
  ),
});
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const ContainerRestartRuleOnExitCodes = struct("core/v1.ContainerRestartRuleOnExitCodes", {
  operator: req(1, string, "", { known: ["In", "NotIn"] }),
  values: opt(2, list(int32, "set"), ""),
});
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerResizePolicy = struct("core/v1.ContainerResizePolicy", {
  resourceName: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  restartPolicy: req(2, string, "", { known: ["NotRequired", "RestartContainer"] }),
});
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const ContainerPort = struct("core/v1.ContainerPort", {
  name: opt(1, string, ""),
  hostPort: opt(2, int32, ""),
  containerPort: req(3, int32, ""),
  protocol: opt(4, oneOf("SCTP", "TCP", "UDP"), "", { default: "TCP" }),
  hostIP: opt(5, string, ""),
});
export interface ContainerPort extends Infer<typeof ContainerPort> {}
