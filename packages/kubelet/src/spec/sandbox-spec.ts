import type { Pod } from "@skates/api/core/v1";
import { isHostNetwork } from "../pod/containers.ts";
import { sandboxLabels } from "../pod/labels.ts";
import type { DnsConfig, IdRange, PortMapping, SandboxSpec } from "../runtime.ts";
import { hasPrivilegedContainer, podGroups, podNamespaces, seLinuxOf } from "./security.ts";

export interface SandboxRequest {
  readonly pod: Pod;
  readonly attempt: number;
  /** Empty for pods in the host's network. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  readonly dns: DnsConfig;
  /** Of a pod with users of its own. */
  readonly users?: IdRange | undefined;
  readonly runtimeHandler: string;
}

/** What the runtime is told to make the sandbox of a pod from. */
export function sandboxSpec(request: SandboxRequest): SandboxSpec {
  const { pod } = request;
  const { name, namespace, uid, annotations } = pod.metadata;
  const context = pod.spec.securityContext;
  const seLinux = context?.seLinuxOptions;
  return {
    namespace: namespace ?? "",
    name: name ?? "",
    uid: uid ?? "",
    attempt: request.attempt,
    hostname: request.hostname,
    logDirectory: request.logDirectory,
    dns: request.dns,
    portMappings: isHostNetwork(pod) ? [] : portMappings(pod),
    labels: sandboxLabels(pod),
    annotations: annotations ?? {},
    cgroupParent: request.cgroupParent,
    sysctls: Object.fromEntries((context?.sysctls ?? []).map((s) => [s.name, s.value])),
    namespaces: podNamespaces(pod, request.users),
    runAsUser: context?.runAsUser,
    runAsGroup: context?.runAsGroup,
    supplementalGroups: podGroups(context),
    privileged: hasPrivilegedContainer(pod),
    seccomp: { type: "RuntimeDefault" },
    ...(seLinux === undefined ? {} : { seLinux: seLinuxOf(seLinux) }),
    runtimeHandler: request.runtimeHandler,
  };
}

function portMappings(pod: Pod): readonly PortMapping[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
  return [...sidecars, ...pod.spec.containers].flatMap((c) =>
    (c.ports ?? [])
      .filter((p) => (p.hostPort ?? 0) > 0)
      .map((p) => ({
        protocol: p.protocol ?? "TCP",
        containerPort: p.containerPort,
        hostPort: p.hostPort ?? 0,
        hostIp: p.hostIP ?? "",
      })),
  );
}
