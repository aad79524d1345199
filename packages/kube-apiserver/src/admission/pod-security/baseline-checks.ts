import type { LifecycleHandler, Probe, SELinuxOptions } from "@skates/api/core/v1";
import {
  type AnyContainer,
  type Check,
  containersOf,
  containersThat,
  distinct,
  forbiddenValues,
  named,
  plural,
  quoted,
  setters,
} from "./checked-pod.ts";

const APPARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

/** Profiles that are at least as strict as the runtime's. */
export function isConfined(type: string): boolean {
  return type === "RuntimeDefault" || type === "Localhost";
}

export const appArmorProfile: Check = (pod) => {
  const bad = forbiddenValues(pod, (context) => context?.appArmorProfile?.type, isConfined);
  const annotations = Object.entries(pod.metadata?.annotations ?? {})
    .filter(([key, value]) => {
      const allowed = value === "" || value === "runtime/default" || value.startsWith("localhost/");
      return key.startsWith(APPARMOR_PREFIX) && !allowed;
    })
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [
    ...(bad.setters === "" ? [] : [bad.setters]),
    ...(annotations.length === 0 ? [] : [plural("annotation", annotations.length)]),
  ];
  if (who.length === 0) return undefined;
  const values = [...bad.values, ...annotations];
  return {
    reason: plural("forbidden AppArmor profile", values.length),
    detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const baselineCapabilities: Check = (pod) => {
  const added = (container: AnyContainer): readonly string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = containersThat(pod, (container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const capabilities = quoted(distinct(containersOf(pod).flatMap(added)));
  return {
    reason: "non-default capabilities",
    detail: `${named(bad)} must not include ${capabilities} in securityContext.capabilities.add`,
  };
};

export const hostNamespaces: Check = ({ spec }) => {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((field) => `${field}=true`).join(", ") };
};

export const hostPathVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${plural("volume", bad.length)} ${quoted(bad)}` };
};

export const hostPorts: Check = (pod) => {
  const portsOf = (container: AnyContainer): readonly string[] =>
    (container.ports ?? []).flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));
  const bad = containersThat(pod, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = distinct(containersOf(pod).flatMap(portsOf));
  const uses = bad.length === 1 ? "uses" : "use";
  return {
    reason: "hostPort",
    detail: `${named(bad)} ${uses} ${plural("hostPort", ports.length)} ${ports.join(", ")}`,
  };
};

/** A host in a probe makes the kubelet call whatever the author likes. */
export const hostProbes: Check = (pod) => {
  const bad = distinct(containersThat(pod, (container) => probedHosts(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = distinct(containersOf(pod).flatMap(probedHosts));
  const uses = bad.length === 1 ? "uses" : "use";
  return {
    reason: "probe or lifecycle host",
    detail: `${named(bad)} ${uses} ${plural("probe or lifecycle host", hosts.length)} ${quoted(hosts)}`,
  };
};

function probedHosts({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): readonly string[] {
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host ?? "", handler?.tcpSocket?.host ?? ""])
    .filter((host) => host !== "");
}

export const privileged: Check = (pod) => {
  const bad = containersThat(pod, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return { reason: "privileged", detail: `${named(bad)} must not set securityContext.privileged=true` };
};

export const procMount: Check = (pod) => {
  const mountOf = ({ securityContext }: AnyContainer): string => securityContext?.procMount ?? "Default";
  const bad = containersThat(pod, (container) => mountOf(container) !== "Default");
  if (bad.length === 0) return undefined;
  const types = distinct(
    containersOf(pod)
      .map(mountOf)
      .filter((type) => type !== "Default"),
  );
  return {
    reason: "procMount",
    detail: `${named(bad)} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

/** The check for a set of allowed types. */
export function seLinuxOptions(types: readonly string[]): Check {
  const allowed: ReadonlySet<string> = new Set(["", ...types]);
  const typeOf = (options: SELinuxOptions): string => options.type ?? "";
  const isBad = (options: SELinuxOptions | undefined): options is SELinuxOptions =>
    options !== undefined &&
    (!allowed.has(typeOf(options)) || (options.user ?? "") !== "" || (options.role ?? "") !== "");
  return (pod) => {
    const ofPod = pod.spec.securityContext?.seLinuxOptions;
    const of = ({ securityContext }: AnyContainer): SELinuxOptions | undefined => securityContext?.seLinuxOptions;
    const bad = [ofPod, ...containersOf(pod).map(of)].filter(isBad);
    if (bad.length === 0) return undefined;
    const badTypes = distinct(bad.map(typeOf).filter((type) => !allowed.has(type)));
    const what = [
      ...(badTypes.length === 0 ? [] : [`${plural("type", badTypes.length)} ${quoted(badTypes)}`]),
      ...(bad.some(({ user = "" }) => user !== "") ? ["user may not be set"] : []),
      ...(bad.some(({ role = "" }) => role !== "") ? ["role may not be set"] : []),
    ];
    const who = setters(
      isBad(ofPod),
      containersThat(pod, (container) => isBad(of(container))),
    );
    return {
      reason: "seLinuxOptions",
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join("; ")}`,
    };
  };
}

/** Profiles were annotations before 1.19. */
export const seccompAnnotations: Check = (pod) => {
  const keys = [SECCOMP_POD, ...containersOf(pod).map(({ name }) => SECCOMP_PREFIX + name)];
  const annotations = pod.metadata?.annotations ?? {};
  const bad = distinct(
    keys.flatMap((key) => {
      const value = annotations[key];
      const allowed = value === undefined || /^(?:runtime\/default|docker\/default|localhost\/.*)$/s.test(value);
      return allowed ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  return { reason: "seccompProfile", detail: `forbidden ${plural("annotation", bad.length)} ${bad.join(", ")}` };
};

export const seccompProfile: Check = (pod) => {
  const bad = forbiddenValues(pod, (context) => context?.seccompProfile?.type, isConfined);
  if (bad.setters === "") return undefined;
  return {
    reason: "seccompProfile",
    detail: `${bad.setters} must not set securityContext.seccompProfile.type to ${quoted(bad.values)}`,
  };
};

/** The check for a set of sysctls that concern the pod only. */
export function sysctls(allowed: readonly string[]): Check {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !allowed.includes(name));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  };
}

export const windowsHostProcess: Check = (pod) => {
  const who = setters(
    pod.spec.securityContext?.windowsOptions?.hostProcess === true,
    containersThat(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
  );
  if (who === "") return undefined;
  return { reason: "hostProcess", detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};
