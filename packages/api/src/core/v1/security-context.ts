import {
  type Infer,
  bool,
  int64,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  type AnyStructOptions,
} from "@skates/apimachinery";
import {
  appArmorProfileRules,
  podSecurityContextRules,
  seccompProfileRules,
  securityContextRules,
} from "./security-context-rules.ts";
import { windowsOptionsRules } from "./windows-options-rules.ts";

export const PodSecurityContext = struct(
  "core/v1.PodSecurityContext",
  {
    seLinuxOptions: opt(
      1,
      ref<SELinuxOptions>(() => SELinuxOptions),
      "SELinux label of the containers.",
    ),
    windowsOptions: opt(
      8,
      ref<WindowsSecurityContextOptions>(() => WindowsSecurityContextOptions),
      "Settings for Windows.",
    ),
    runAsUser: opt(2, int64, "User that they run as; the image's by default.", { keepZero: true }),
    runAsGroup: opt(6, int64, "Group that they run as.", { keepZero: true }),
    runAsNonRoot: opt(3, bool, "Refuses to start them as root.", { keepZero: true }),
    supplementalGroups: opt(4, list(int64), "Further groups of their first processes."),
    supplementalGroupsPolicy: opt(12, oneOf("Merge", "Strict"), "Whether groups from the image count too.", {
      keepZero: true,
      gate: "SupplementalGroupsPolicy",
    }),
    fsGroup: opt(5, int64, "Group that owns the volumes.", { keepZero: true }),
    sysctls: opt(7, list(ref<Sysctl>(() => Sysctl)), "Kernel settings of the pod."),
    fsGroupChangePolicy: opt(9, oneOf("Always", "OnRootMismatch"), "When the owner of volumes is set.", {
      keepZero: true,
    }),
    seccompProfile: opt(
      10,
      ref<SeccompProfile>(() => SeccompProfile),
      "System calls that are allowed.",
    ),
    appArmorProfile: opt(
      11,
      ref<AppArmorProfile>(() => AppArmorProfile),
      "AppArmor profile.",
    ),
    seLinuxChangePolicy: opt(13, string, "How volumes get their label: MountOption or Recursive.", {
      keepZero: true,
      gate: "SELinuxChangePolicy",
      known: ["Recursive", "MountOption"],
    }),
  },
  (): AnyStructOptions => ({ rules: [podSecurityContextRules], doc: "Rights of all containers of a pod." }),
);
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}

export const Sysctl = struct(
  "core/v1.Sysctl",
  {
    name: req(1, string, "Its name."),
    value: req(2, string, "Its value.", { mayBeEmpty: true }),
  },
  { doc: "A kernel setting." },
);
export interface Sysctl extends Infer<typeof Sysctl> {}

export const SecurityContext = struct(
  "core/v1.SecurityContext",
  {
    capabilities: opt(
      1,
      ref<Capabilities>(() => Capabilities),
      "Capabilities added and dropped.",
    ),
    privileged: opt(2, bool, "Gives it all rights of root on the node.", { keepZero: true }),
    seLinuxOptions: opt(
      3,
      ref<SELinuxOptions>(() => SELinuxOptions),
      "SELinux label of the container.",
    ),
    windowsOptions: opt(
      10,
      ref<WindowsSecurityContextOptions>(() => WindowsSecurityContextOptions),
      "Settings for Windows.",
    ),
    runAsUser: opt(4, int64, "User that it runs as; the image's by default.", { keepZero: true }),
    runAsGroup: opt(8, int64, "Group that it runs as.", { keepZero: true }),
    runAsNonRoot: opt(5, bool, "Refuses to start it as root.", { keepZero: true }),
    readOnlyRootFilesystem: opt(6, bool, "Forbids writing to its own file system.", { keepZero: true }),
    allowPrivilegeEscalation: opt(7, bool, "Whether its processes can gain more rights than their parent.", {
      keepZero: true,
    }),
    procMount: opt(9, oneOf("Default", "Unmasked"), "How much of /proc it sees.", { keepZero: true }),
    seccompProfile: opt(
      11,
      ref<SeccompProfile>(() => SeccompProfile),
      "System calls that are allowed.",
    ),
    appArmorProfile: opt(
      12,
      ref<AppArmorProfile>(() => AppArmorProfile),
      "AppArmor profile.",
    ),
  },
  (): AnyStructOptions => ({ rules: [securityContextRules], doc: "Rights of a container; these win over the pod's." }),
);
export interface SecurityContext extends Infer<typeof SecurityContext> {}

export const AppArmorProfile = struct(
  "core/v1.AppArmorProfile",
  {
    type: req(1, oneOf("Localhost", "RuntimeDefault", "Unconfined"), "Localhost, RuntimeDefault or Unconfined."),
    localhostProfile: opt(2, string, "Name of a profile loaded on the node.", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [appArmorProfileRules], doc: "An AppArmor profile." }),
);
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}

export const SeccompProfile = struct(
  "core/v1.SeccompProfile",
  {
    type: req(1, oneOf("Localhost", "RuntimeDefault", "Unconfined"), "Localhost, RuntimeDefault or Unconfined."),
    localhostProfile: opt(2, string, "File on the node, relative to the kubelet's directory of profiles.", {
      keepZero: true,
    }),
  },
  (): AnyStructOptions => ({ rules: [seccompProfileRules], doc: "A set of allowed system calls." }),
);
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = struct(
  "core/v1.WindowsSecurityContextOptions",
  {
    gmsaCredentialSpecName: opt(1, string, "Name of the group account's specification.", { keepZero: true }),
    gmsaCredentialSpec: opt(2, string, "The specification itself.", { keepZero: true }),
    runAsUserName: opt(3, string, "User that it runs as.", { keepZero: true }),
    hostProcess: opt(4, bool, "Runs as a process of the host.", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [windowsOptionsRules], doc: "Rights on Windows." }),
);
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const SELinuxOptions = struct(
  "core/v1.SELinuxOptions",
  {
    user: opt(1, string, "Its user."),
    role: opt(2, string, "Its role."),
    type: opt(3, string, "Its type."),
    level: opt(4, string, "Its level."),
  },
  { doc: "An SELinux label." },
);
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const Capabilities = struct(
  "core/v1.Capabilities",
  {
    add: opt(1, list(string), "Those given besides the default ones."),
    drop: opt(2, list(string), "Those taken away."),
  },
  { doc: "Capabilities of a container." },
);
export interface Capabilities extends Infer<typeof Capabilities> {}
