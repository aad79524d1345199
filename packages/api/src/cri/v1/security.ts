import { type Infer, bool, int32, int64, list, opt, ref, string, struct } from "@skates/apimachinery";
import { IDMapping, Int64Value } from "./values.ts";

// Security contexts of sandboxes and containers.

/** Values of the enumeration NamespaceMode. */
export const NAMESPACE_MODE = { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } as const;

/** Values of the enumeration SupplementalGroupsPolicy. */
export const SUPPLEMENTAL_GROUPS_POLICY = { Merge: 0, Strict: 1 } as const;

/** Values of the enumeration ProfileType. */
export const PROFILE_TYPE = { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 } as const;

export const UserNamespace = struct("cri/v1.UserNamespace", {
  mode: opt(1, int32, ""),
  uids: opt(2, list(ref<IDMapping>(() => IDMapping)), ""),
  gids: opt(3, list(ref<IDMapping>(() => IDMapping)), ""),
});
export interface UserNamespace extends Infer<typeof UserNamespace> {}

export const NamespaceOption = struct("cri/v1.NamespaceOption", {
  network: opt(1, int32, ""),
  pid: opt(2, int32, ""),
  ipc: opt(3, int32, ""),
  targetId: opt(4, string, ""),
  usernsOptions: opt(
    5,
    ref<UserNamespace>(() => UserNamespace),
    "",
  ),
});
export interface NamespaceOption extends Infer<typeof NamespaceOption> {}

export const SELinuxOption = struct("cri/v1.SELinuxOption", {
  user: opt(1, string, ""),
  role: opt(2, string, ""),
  type: opt(3, string, ""),
  level: opt(4, string, ""),
});
export interface SELinuxOption extends Infer<typeof SELinuxOption> {}

export const SecurityProfile = struct("cri/v1.SecurityProfile", {
  profileType: opt(1, int32, ""),
  localhostRef: opt(2, string, ""),
});
export interface SecurityProfile extends Infer<typeof SecurityProfile> {}

export const Capability = struct("cri/v1.Capability", {
  addCapabilities: opt(1, list(string), ""),
  dropCapabilities: opt(2, list(string), ""),
  addAmbientCapabilities: opt(3, list(string), ""),
});
export interface Capability extends Infer<typeof Capability> {}

export const LinuxSandboxSecurityContext = struct("cri/v1.LinuxSandboxSecurityContext", {
  namespaceOptions: opt(
    1,
    ref<NamespaceOption>(() => NamespaceOption),
    "",
  ),
  selinuxOptions: opt(
    2,
    ref<SELinuxOption>(() => SELinuxOption),
    "",
  ),
  runAsUser: opt(
    3,
    ref<Int64Value>(() => Int64Value),
    "",
  ),
  runAsGroup: opt(
    8,
    ref<Int64Value>(() => Int64Value),
    "",
  ),
  readonlyRootfs: opt(4, bool, ""),
  supplementalGroups: opt(5, list(int64), ""),
  supplementalGroupsPolicy: opt(11, int32, ""),
  privileged: opt(6, bool, ""),
  seccomp: opt(
    9,
    ref<SecurityProfile>(() => SecurityProfile),
    "",
  ),
  apparmor: opt(
    10,
    ref<SecurityProfile>(() => SecurityProfile),
    "",
  ),
});
export interface LinuxSandboxSecurityContext extends Infer<typeof LinuxSandboxSecurityContext> {}

export const LinuxContainerSecurityContext = struct("cri/v1.LinuxContainerSecurityContext", {
  capabilities: opt(
    1,
    ref<Capability>(() => Capability),
    "",
  ),
  privileged: opt(2, bool, ""),
  namespaceOptions: opt(
    3,
    ref<NamespaceOption>(() => NamespaceOption),
    "",
  ),
  selinuxOptions: opt(
    4,
    ref<SELinuxOption>(() => SELinuxOption),
    "",
  ),
  runAsUser: opt(
    5,
    ref<Int64Value>(() => Int64Value),
    "",
  ),
  runAsGroup: opt(
    12,
    ref<Int64Value>(() => Int64Value),
    "",
  ),
  runAsUsername: opt(6, string, ""),
  readonlyRootfs: opt(7, bool, ""),
  supplementalGroups: opt(8, list(int64), ""),
  supplementalGroupsPolicy: opt(17, int32, ""),
  noNewPrivs: opt(11, bool, ""),
  maskedPaths: opt(13, list(string), ""),
  readonlyPaths: opt(14, list(string), ""),
  seccomp: opt(
    15,
    ref<SecurityProfile>(() => SecurityProfile),
    "",
  ),
  apparmor: opt(
    16,
    ref<SecurityProfile>(() => SecurityProfile),
    "",
  ),
});
export interface LinuxContainerSecurityContext extends Infer<typeof LinuxContainerSecurityContext> {}
