import { type Infer, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { LinuxContainerResources } from "./resources.ts";
import { LinuxSandboxSecurityContext } from "./security.ts";
import { DNSConfig, PortMapping } from "./values.ts";

// What a pod sandbox is made from: also given when containers are made and images are pulled.

export const PodSandboxMetadata = struct("cri/v1.PodSandboxMetadata", {
  name: opt(1, string, ""),
  uid: opt(2, string, ""),
  namespace: opt(3, string, ""),
  attempt: opt(4, int64, ""),
});
export interface PodSandboxMetadata extends Infer<typeof PodSandboxMetadata> {}

export const LinuxPodSandboxConfig = struct("cri/v1.LinuxPodSandboxConfig", {
  cgroupParent: opt(1, string, ""),
  securityContext: opt(
    2,
    ref<LinuxSandboxSecurityContext>(() => LinuxSandboxSecurityContext),
    "",
  ),
  sysctls: opt(3, map(string), ""),
  overhead: opt(
    4,
    ref<LinuxContainerResources>(() => LinuxContainerResources),
    "",
  ),
  resources: opt(
    5,
    ref<LinuxContainerResources>(() => LinuxContainerResources),
    "",
  ),
});
export interface LinuxPodSandboxConfig extends Infer<typeof LinuxPodSandboxConfig> {}

export const PodSandboxConfig = struct("cri/v1.PodSandboxConfig", {
  metadata: opt(
    1,
    ref<PodSandboxMetadata>(() => PodSandboxMetadata),
    "",
  ),
  hostname: opt(2, string, ""),
  logDirectory: opt(3, string, ""),
  dnsConfig: opt(
    4,
    ref<DNSConfig>(() => DNSConfig),
    "",
  ),
  portMappings: opt(5, list(ref<PortMapping>(() => PortMapping)), ""),
  labels: opt(6, map(string), ""),
  annotations: opt(7, map(string), ""),
  linux: opt(
    8,
    ref<LinuxPodSandboxConfig>(() => LinuxPodSandboxConfig),
    "",
  ),
});
export interface PodSandboxConfig extends Infer<typeof PodSandboxConfig> {}
