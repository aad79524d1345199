// Each check of both levels: what is allowed, upstream's words for what is not, and from which version on.
import type { PodSpec } from "@skates/api/core/v1";
import { describe, expect, it } from "vitest";
import { detailsOf, evaluatePod } from "./evaluate.ts";
import type { Level, Version } from "./levels.ts";

const GOOD = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" as const },
};
const container = (name: string, rest: object = {}) => ({ name, image: "x", securityContext: GOOD, ...rest });
const secure = (name: string, context: object) => container(name, { securityContext: { ...GOOD, ...context } });
type Asked = readonly [level: Level, version: Version];
const found = ([level, version]: Asked, spec: object, annotations?: Record<string, string>): string => {
  const whole = { containers: [container("a")], ...spec } as PodSpec;
  return detailsOf(evaluatePod({ level, version }, { metadata: { annotations }, spec: whole }));
};
const B: Asked = ["baseline", "latest"];
const R: Asked = ["restricted", "latest"];

describe("a pod that is as it should be", () => {
  it.each([
    [B, {}],
    [R, {}],
    [R, { volumes: [{ name: "v", emptyDir: {} }] }],
    [R, { containers: [secure("a", { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } })] }],
    [R, { os: { name: "windows" }, securityContext: { runAsNonRoot: true }, containers: [{ name: "a" }] }],
    [R, { hostUsers: false, securityContext: { runAsUser: 0, runAsNonRoot: false } }],
    [B, { hostUsers: false, containers: [secure("a", { procMount: "Unmasked" })] }],
    [B, { securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1" }] } }],
    [B, { containers: [secure("a", { seLinuxOptions: { type: "container_engine_t" } })] }],
    [["privileged", "latest"] as const, { hostNetwork: true }],
    [["baseline", 33] as const, { containers: [container("a", { livenessProbe: { httpGet: { host: "h" } } })] }],
    [["restricted", 7] as const, { containers: [container("a", { securityContext: { runAsNonRoot: true } })] }],
  ] as const)("passes %j %#", (asked, spec) => {
    expect(found(asked, spec)).toBe("");
  });
});

describe("a pod of the wrong sort", () => {
  it.each([
    [B, { hostNetwork: true, hostPID: true }, "host namespaces (hostNetwork=true, hostPID=true)"],
    [
      B,
      { containers: [secure("a", { privileged: true }), secure("b", { privileged: true })] },
      'privileged (containers "a", "b" must not set securityContext.privileged=true)',
    ],
    [
      B,
      { ephemeralContainers: [secure("d", { capabilities: { add: ["SYS_ADMIN", "NET_RAW"] } })] },
      'non-default capabilities (container "d" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [B, { volumes: [{ name: "v", hostPath: { path: "/" } }] }, 'hostPath volumes (volume "v")'],
    [
      B,
      { containers: [container("a", { ports: [{ hostPort: 90 }, { hostPort: 80 }, {}] })] },
      'hostPort (container "a" uses hostPorts 80, 90)',
    ],
    [
      B,
      { initContainers: [container("i", { lifecycle: { preStop: { httpGet: { host: "1.2.3.4" } } } })] },
      'probe or lifecycle host (container "i" uses probe or lifecycle host "1.2.3.4")',
    ],
    [
      B,
      { containers: [secure("a", { procMount: "Unmasked" })] },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      R,
      { hostUsers: false, containers: [secure("a", { procMount: "Unmasked" })] },
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      B,
      {
        securityContext: { seLinuxOptions: { type: "spc_t", user: "u" } },
        containers: [secure("a", { seLinuxOptions: { role: "r" } })],
      },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [
      ["baseline", 30] as const,
      { containers: [secure("a", { seLinuxOptions: { type: "container_engine_t" } })] },
      'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
    ],
    [
      B,
      { securityContext: { seccompProfile: { type: "Unconfined" } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      B,
      { containers: [secure("a", { appArmorProfile: { type: "Unconfined" } })] },
      'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
    ],
    [B, { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }, "forbidden sysctls (kernel.msgmax)"],
    [
      ["baseline", 31] as const,
      { securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem", value: "1" }] } },
      "forbidden sysctls (net.ipv4.tcp_rmem)",
    ],
    [
      B,
      { securityContext: { windowsOptions: { hostProcess: true } } },
      "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
    ],
    [
      R,
      {
        volumes: [
          { name: "v", hostPath: { path: "/" } },
          { name: "n", nfs: {} },
        ],
      },
      'restricted volume types (volumes "v", "n" use restricted volume types "hostPath", "nfs")',
    ],
    [
      R,
      { containers: [{ name: "a" }] },
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      R,
      { containers: [secure("a", { capabilities: { drop: ["ALL"], add: ["CHOWN"] } })] },
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      R,
      { securityContext: { runAsNonRoot: false, runAsUser: 0 } },
      "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0)",
    ],
    [
      ["restricted", 34] as const,
      { hostUsers: false, securityContext: { runAsUser: 0 } },
      "runAsUser=0 (pod must not set runAsUser=0)",
    ],
    [
      ["restricted", 99] as const,
      { containers: [secure("a", { allowPrivilegeEscalation: true })] },
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
    ],
  ] as const)("%# %j is refused", (asked, spec, detail) => {
    expect(found(asked, spec)).toBe(detail);
  });

  it("may be so by annotations", () => {
    expect(found(B, {}, { "container.apparmor.security.beta.kubernetes.io/a": "unconfined" })).toBe(
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    );
    const seccomp = { "seccomp.security.alpha.kubernetes.io/pod": "unconfined" };
    expect(found(["baseline", 18], {}, seccomp)).toBe(
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
    expect(found(B, {}, seccomp)).toBe("");
  });
});
