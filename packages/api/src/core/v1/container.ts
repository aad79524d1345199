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

export const EphemeralContainerCommon = struct(
  "core/v1.EphemeralContainerCommon",
  {
    name: req(1, string, "Name within the pod, a DNS label; it stays."),
    image: opt(2, string, "Image to run."),
    command: opt(3, list(string), "What is run in place of the image's entry point; $(NAME) stands for a variable."),
    args: opt(4, list(string), "Arguments in place of the image's; $(NAME) stands for a variable."),
    workingDir: opt(5, string, "Directory it starts in; the image's if empty."),
    ports: opt(
      6,
      list(
        ref<ContainerPort>(() => ContainerPort),
        { keys: ["containerPort", "protocol"] },
      ),
      "Ports it listens on; for information, any port can be reached.",
      { patch: "merge", patchKey: "containerPort" },
    ),
    envFrom: opt(
      19,
      list(ref<EnvFromSource>(() => EnvFromSource)),
      "Config maps and secrets whose keys become variables; later ones win, and env wins over all.",
    ),
    env: opt(
      7,
      list(
        ref<EnvVar>(() => EnvVar),
        { keys: ["name"] },
      ),
      "Variables of its environment.",
      { patch: "merge", patchKey: "name" },
    ),
    resources: opt(
      8,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "How much it needs and how much it may use.",
      { emitEmpty: true },
    ),
    resizePolicy: opt(
      23,
      list(ref<ContainerResizePolicy>(() => ContainerResizePolicy)),
      "Whether a change of its resources restarts it.",
      {
        gate: "InPlacePodVerticalScaling",
      },
    ),
    restartPolicy: opt(
      24,
      string,
      "When it is restarted, apart from the pod's policy; Always makes an init container run on beside the others.",
      { keepZero: true, known: ["Always", "Never", "OnFailure"] },
    ),
    restartPolicyRules: opt(
      25,
      list(ref<ContainerRestartRule>(() => ContainerRestartRule)),
      "Exceptions by exit code; the first rule that fits decides.",
      {
        gate: "ContainerRestartRules",
      },
    ),
    volumeMounts: opt(
      9,
      list(
        ref<VolumeMount>(() => VolumeMount),
        { keys: ["mountPath"] },
      ),
      "Volumes of the pod that appear in its file system.",
      { patch: "merge", patchKey: "mountPath" },
    ),
    volumeDevices: opt(
      21,
      list(
        ref<VolumeDevice>(() => VolumeDevice),
        { keys: ["devicePath"] },
      ),
      "Block devices of the pod that appear in it.",
      { patch: "merge", patchKey: "devicePath" },
    ),
    livenessProbe: opt(
      10,
      ref<Probe>(() => Probe),
      "Check whose failure restarts it.",
    ),
    readinessProbe: opt(
      11,
      ref<Probe>(() => Probe),
      "Check whose failure takes it out of its services.",
    ),
    startupProbe: opt(
      22,
      ref<Probe>(() => Probe),
      "Check that must succeed before the other probes begin.",
    ),
    lifecycle: opt(
      12,
      ref<Lifecycle>(() => Lifecycle),
      "What is done after its start and before its end.",
    ),
    terminationMessagePath: opt(13, string, "File from which its last words are read.", {
      default: "/dev/termination-log",
    }),
    terminationMessagePolicy: opt(
      20,
      oneOf("File", "FallbackToLogsOnError"),
      "Whether the end of its log serves as last words when the file is empty.",
      { default: "File" },
    ),
    imagePullPolicy: opt(14, oneOf("Always", "IfNotPresent", "Never"), "When its image is pulled."),
    securityContext: opt(
      15,
      ref<SecurityContext>(() => SecurityContext),
      "Its rights; these win over the pod's.",
    ),
    stdin: opt(16, bool, "Keeps its standard input open."),
    stdinOnce: opt(17, bool, "Closes the input when the first client to attach leaves."),
    tty: opt(18, bool, "Gives it a terminal; needs stdin."),
  },
  { doc: "What containers of all sorts have in common." },
);
export interface EphemeralContainerCommon extends Infer<typeof EphemeralContainerCommon> {}

export const EphemeralContainer = struct(
  "core/v1.EphemeralContainer",
  {
    ...inline(1, EphemeralContainerCommon),
    targetContainerName: opt(2, string, "Container whose processes it can see."),
  },
  (): AnyStructOptions => ({
    defaults: ephemeralContainerDefaults,
    rules: [containerRules],
    doc: "A container added to a running pod to look into it; never restarted.",
  }),
);
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}

export const Container = struct(
  "core/v1.Container",
  {
    name: req(1, string, "Name within the pod, a DNS label; it stays."),
    image: opt(2, string, "Image to run."),
    command: opt(3, list(string), "What is run in place of the image's entry point; $(NAME) stands for a variable."),
    args: opt(4, list(string), "Arguments in place of the image's; $(NAME) stands for a variable."),
    workingDir: opt(5, string, "Directory it starts in; the image's if empty."),
    ports: opt(
      6,
      list(
        ref<ContainerPort>(() => ContainerPort),
        { keys: ["containerPort", "protocol"] },
      ),
      "Ports it listens on; for information, any port can be reached.",
      { patch: "merge", patchKey: "containerPort" },
    ),
    envFrom: opt(
      19,
      list(ref<EnvFromSource>(() => EnvFromSource)),
      "Config maps and secrets whose keys become variables; later ones win, and env wins over all.",
    ),
    env: opt(
      7,
      list(
        ref<EnvVar>(() => EnvVar),
        { keys: ["name"] },
      ),
      "Variables of its environment.",
      { patch: "merge", patchKey: "name" },
    ),
    resources: opt(
      8,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "How much it needs and how much it may use.",
      { emitEmpty: true },
    ),
    resizePolicy: opt(
      23,
      list(ref<ContainerResizePolicy>(() => ContainerResizePolicy)),
      "Whether a change of its resources restarts it.",
      {
        gate: "InPlacePodVerticalScaling",
      },
    ),
    restartPolicy: opt(
      24,
      string,
      "When it is restarted, apart from the pod's policy; Always makes an init container run on beside the others.",
      { keepZero: true, known: ["Always", "Never", "OnFailure"] },
    ),
    restartPolicyRules: opt(
      25,
      list(ref<ContainerRestartRule>(() => ContainerRestartRule)),
      "Exceptions by exit code; the first rule that fits decides.",
      {
        gate: "ContainerRestartRules",
      },
    ),
    volumeMounts: opt(
      9,
      list(
        ref<VolumeMount>(() => VolumeMount),
        { keys: ["mountPath"] },
      ),
      "Volumes of the pod that appear in its file system.",
      { patch: "merge", patchKey: "mountPath" },
    ),
    volumeDevices: opt(
      21,
      list(
        ref<VolumeDevice>(() => VolumeDevice),
        { keys: ["devicePath"] },
      ),
      "Block devices of the pod that appear in it.",
      { patch: "merge", patchKey: "devicePath" },
    ),
    livenessProbe: opt(
      10,
      ref<Probe>(() => Probe),
      "Check whose failure restarts it.",
    ),
    readinessProbe: opt(
      11,
      ref<Probe>(() => Probe),
      "Check whose failure takes it out of its services.",
    ),
    startupProbe: opt(
      22,
      ref<Probe>(() => Probe),
      "Check that must succeed before the other probes begin.",
    ),
    lifecycle: opt(
      12,
      ref<Lifecycle>(() => Lifecycle),
      "What is done after its start and before its end.",
    ),
    terminationMessagePath: opt(13, string, "File from which its last words are read.", {
      default: "/dev/termination-log",
    }),
    terminationMessagePolicy: opt(
      20,
      oneOf("File", "FallbackToLogsOnError"),
      "Whether the end of its log serves as last words when the file is empty.",
      { default: "File" },
    ),
    imagePullPolicy: opt(14, oneOf("Always", "IfNotPresent", "Never"), "When its image is pulled."),
    securityContext: opt(
      15,
      ref<SecurityContext>(() => SecurityContext),
      "Its rights; these win over the pod's.",
    ),
    stdin: opt(16, bool, "Keeps its standard input open."),
    stdinOnce: opt(17, bool, "Closes the input when the first client to attach leaves."),
    tty: opt(18, bool, "Gives it a terminal; needs stdin."),
  },
  (): AnyStructOptions => ({
    defaults: containerDefaults,
    rules: [containerRules],
    doc: "A program from an image, run within a pod.",
  }),
);
export interface Container extends Infer<typeof Container> {}

export const VolumeDevice = struct(
  "core/v1.VolumeDevice",
  {
    name: req(1, string, "Name of the volume, which must be a claim."),
    devicePath: req(2, string, "Path at which the device appears."),
  },
  { doc: "A block device of the pod within a container." },
);
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const VolumeMount = struct(
  "core/v1.VolumeMount",
  {
    name: req(1, string, "Name of the volume."),
    readOnly: opt(2, bool, "Mounts it for reading only."),
    recursiveReadOnly: opt(7, string, "Whether mounts below it are for reading only too.", {
      keepZero: true,
      known: ["Disabled", "IfPossible", "Enabled"],
    }),
    mountPath: req(3, string, "Where it appears; without colons."),
    subPath: opt(4, string, "Path within the volume that is mounted in place of its root."),
    mountPropagation: opt(
      5,
      oneOf("Bidirectional", "HostToContainer", "None"),
      "Whether later mounts on one side show on the other.",
      { keepZero: true },
    ),
    subPathExpr: opt(6, string, "As subPath, with $(NAME) standing for variables of the container."),
  },
  { doc: "A volume of the pod within a container's file system." },
);
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const ContainerRestartRule = struct(
  "core/v1.ContainerRestartRule",
  {
    action: req(1, string, "What is done.", { known: ["Restart", "RestartAllContainers"] }),
    exitCodes: opt(
      2,
      ref<ContainerRestartRuleOnExitCodes>(() => ContainerRestartRuleOnExitCodes),
      "Exit codes that the rule is for.",
    ),
  },
  { doc: "What is done when a container ends in a certain way." },
);
export interface ContainerRestartRule extends Infer<typeof ContainerRestartRule> {}

export const ContainerRestartRuleOnExitCodes = struct(
  "core/v1.ContainerRestartRuleOnExitCodes",
  {
    operator: req(1, string, "In or NotIn.", { known: ["In", "NotIn"] }),
    values: opt(2, list(int32, "set"), "The codes."),
  },
  { doc: "A set of exit codes." },
);
export interface ContainerRestartRuleOnExitCodes extends Infer<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerResizePolicy = struct(
  "core/v1.ContainerResizePolicy",
  {
    resourceName: req(1, string, "The resource, cpu or memory.", {
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
    restartPolicy: req(2, string, "NotRequired or RestartContainer.", { known: ["NotRequired", "RestartContainer"] }),
  },
  { doc: "Whether a change of one resource restarts the container." },
);
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const ContainerPort = struct(
  "core/v1.ContainerPort",
  {
    name: opt(1, string, "Name that services can use in place of the number."),
    hostPort: opt(2, int32, "Port of the node that leads to it; with the host's network the same number."),
    containerPort: req(3, int32, "Number of the port."),
    protocol: opt(4, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP.", { default: "TCP" }),
    hostIP: opt(5, string, "Address of the node on which the host port is open; all when empty."),
  },
  { doc: "A port that a container listens on." },
);
export interface ContainerPort extends Infer<typeof ContainerPort> {}
