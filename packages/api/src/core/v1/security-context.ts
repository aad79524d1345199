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

export const PodSecurityContext = struct(
  "core/v1.PodSecurityContext",
  {
    seLinuxOptions: opt(
      1,
      ref<SELinuxOptions>(() => SELinuxOptions),
      "",
    ),
    windowsOptions: opt(
      8,
      ref<WindowsSecurityContextOptions>(() => WindowsSecurityContextOptions),
      "",
    ),
    runAsUser: opt(2, int64, "", { keepZero: true }),
    runAsGroup: opt(6, int64, "", { keepZero: true }),
    runAsNonRoot: opt(3, bool, "", { keepZero: true }),
    supplementalGroups: opt(4, list(int64), ""),
    supplementalGroupsPolicy: opt(12, oneOf("Merge", "Strict"), "", {
      keepZero: true,
      gate: "SupplementalGroupsPolicy",
    }),
    fsGroup: opt(5, int64, "", { keepZero: true }),
    sysctls: opt(7, list(ref<Sysctl>(() => Sysctl)), ""),
    fsGroupChangePolicy: opt(9, oneOf("Always", "OnRootMismatch"), "", { keepZero: true }),
    seccompProfile: opt(
      10,
      ref<SeccompProfile>(() => SeccompProfile),
      "",
    ),
    appArmorProfile: opt(
      11,
      ref<AppArmorProfile>(() => AppArmorProfile),
      "",
    ),
    seLinuxChangePolicy: opt(13, string, "", {
      keepZero: true,
      gate: "SELinuxChangePolicy",
      known: ["Recursive", "MountOption"],
    }),
  },
  (): AnyStructOptions => ({ rules: [podSecurityContextRules] }),
);
export interface PodSecurityContext extends Infer<typeof PodSecurityContext> {}

export const Sysctl = struct("core/v1.Sysctl", {
  name: req(1, string, ""),
  value: req(2, string, "", { mayBeEmpty: true }),
});
export interface Sysctl extends Infer<typeof Sysctl> {}

export const SecurityContext = struct(
  "core/v1.SecurityContext",
  {
    capabilities: opt(
      1,
      ref<Capabilities>(() => Capabilities),
      "",
    ),
    privileged: opt(2, bool, "", { keepZero: true }),
    seLinuxOptions: opt(
      3,
      ref<SELinuxOptions>(() => SELinuxOptions),
      "",
    ),
    windowsOptions: opt(
      10,
      ref<WindowsSecurityContextOptions>(() => WindowsSecurityContextOptions),
      "",
    ),
    runAsUser: opt(4, int64, "", { keepZero: true }),
    runAsGroup: opt(8, int64, "", { keepZero: true }),
    runAsNonRoot: opt(5, bool, "", { keepZero: true }),
    readOnlyRootFilesystem: opt(6, bool, "", { keepZero: true }),
    allowPrivilegeEscalation: opt(7, bool, "", { keepZero: true }),
    procMount: opt(9, oneOf("Default", "Unmasked"), "", { keepZero: true }),
    seccompProfile: opt(
      11,
      ref<SeccompProfile>(() => SeccompProfile),
      "",
    ),
    appArmorProfile: opt(
      12,
      ref<AppArmorProfile>(() => AppArmorProfile),
      "",
    ),
  },
  (): AnyStructOptions => ({ rules: [securityContextRules] }),
);
export interface SecurityContext extends Infer<typeof SecurityContext> {}

export const AppArmorProfile = struct(
  "core/v1.AppArmorProfile",
  {
    type: req(1, oneOf("Localhost", "RuntimeDefault", "Unconfined"), ""),
    localhostProfile: opt(2, string, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [appArmorProfileRules] }),
);
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}

export const SeccompProfile = struct(
  "core/v1.SeccompProfile",
  {
    type: req(1, oneOf("Localhost", "RuntimeDefault", "Unconfined"), ""),
    localhostProfile: opt(2, string, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [seccompProfileRules] }),
);
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = struct("core/v1.WindowsSecurityContextOptions", {
  gmsaCredentialSpecName: opt(1, string, "", { keepZero: true }),
  gmsaCredentialSpec: opt(2, string, "", { keepZero: true }),
  runAsUserName: opt(3, string, "", { keepZero: true }),
  hostProcess: opt(4, bool, "", { keepZero: true }),
});
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const SELinuxOptions = struct("core/v1.SELinuxOptions", {
  user: opt(1, string, ""),
  role: opt(2, string, ""),
  type: opt(3, string, ""),
  level: opt(4, string, ""),
});
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const Capabilities = struct("core/v1.Capabilities", {
  add: opt(1, list(string), ""),
  drop: opt(2, list(string), ""),
});
export interface Capabilities extends Infer<typeof Capabilities> {}
