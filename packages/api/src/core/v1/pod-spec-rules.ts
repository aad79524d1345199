import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  notSupported,
  type Path,
  required,
  validateLabels,
} from "@skates/apimachinery";
import { checkLabel, checkQualifiedName, checkSubdomain, type Findings } from "../../checks.ts";
import { checkIp } from "../../ip.ts";
import { topologySpreadListFindings } from "./affinity-rules.ts";
import type { Container, EphemeralContainer } from "./container.ts";
import { isSidecar } from "./pod-resources.ts";
import type { HostAlias, PodDNSConfig, PodSpec } from "./pod-spec.ts";
import { hostUserFindings, podReferenceFindings } from "./pod-host-rules.ts";
import { containerRestartFindings, resizeRestartFindings } from "./pod-restart-rules.ts";
import { containerHealthFindings } from "./probe-rules.ts";
import { hostProcessFindings, podOsFindings } from "./windows-options-rules.ts";
import { volumeListFindings } from "./volume-rules.ts";
import { podResourceFindings } from "./pod-resource-rules.ts";

const INT32_MAX = 2_147_483_647;
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_TEXT_MAX = 2048;
const INIT_ONLY = "may not be set for init containers without restartPolicy=Always";
const EPHEMERAL = "cannot be set for an Ephemeral Container";
const EPHEMERAL_FORBIDDEN = [
  "ports",
  "resources",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
] as const;

/** What holds between the parts of a pod, in pods and in templates of pods. */
export function podSpecRules(spec: PodSpec, _old: unknown, path: Path): Findings {
  const at = (name: string): Path => [...path, name];
  // Most of it is absent in most pods: paths are made for what is there.
  const found: Findings[] = [];
  if (spec.volumes !== undefined) found.push(volumeListFindings(spec.volumes, at("volumes")));
  found.push(containersFindings(spec, at("containers")));
  if (spec.initContainers !== undefined) found.push(initContainersFindings(spec, at("initContainers")));
  if (spec.ephemeralContainers !== undefined) found.push(ephemeralContainersFindings(spec, at("ephemeralContainers")));
  found.push(podResourceFindings(spec, path));
  if (spec.hostNetwork === true) found.push(hostNetworkFindings(spec, at("containers")));
  if (spec.nodeSelector !== undefined) found.push(validateLabels(spec.nodeSelector, at("nodeSelector")));
  found.push(resizeRestartFindings(spec, path), hostUserFindings(spec, path), podOsFindings(spec, path));
  found.push(hostProcessFindings(spec, path), podReferenceFindings(spec, path));
  if (spec.dnsConfig !== undefined || spec.dnsPolicy === "None") {
    found.push(dnsFindings(spec.dnsConfig, spec.dnsPolicy, at("dnsConfig")));
  }
  if (spec.readinessGates !== undefined || spec.schedulingGates !== undefined) found.push(gateFindings(spec, path));
  if (spec.topologySpreadConstraints !== undefined) {
    found.push(topologySpreadListFindings(spec.topologySpreadConstraints, at("topologySpreadConstraints")));
  }
  found.push(nameFindings(spec, path));
  if (spec.activeDeadlineSeconds !== undefined) {
    found.push(deadlineFindings(spec.activeDeadlineSeconds, at("activeDeadlineSeconds")));
  }
  if (spec.hostAliases !== undefined) {
    found.push(spec.hostAliases.flatMap((alias, index) => hostAliasFindings(alias, [...path, "hostAliases", index])));
  }
  if (spec.os !== undefined && !["linux", "windows", ""].includes(spec.os.name)) {
    found.push([notSupported([...path, "os", "name"], spec.os.name, ["linux", "windows"])]);
  }
  return found.every((findings) => findings.length === 0) ? NONE : found.flat();
}

const NONE: Findings = [];

function deadlineFindings(seconds: number | undefined, path: Path): Findings {
  if (seconds === undefined || (seconds >= 1 && seconds <= INT32_MAX)) return [];
  return [invalid(path, seconds, `must be between 1 and ${INT32_MAX}, inclusive`)];
}

function nameFindings(spec: PodSpec, path: Path): Findings {
  let found = NONE;
  for (const name of SUBDOMAINS) {
    if (spec[name] !== undefined) found = [...found, ...checkSubdomain([...path, name], spec[name])];
  }
  for (const name of LABELS) {
    if (spec[name] !== undefined) found = [...found, ...checkLabel([...path, name], spec[name])];
  }
  return found;
}

const SUBDOMAINS = ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] as const;
const LABELS = ["hostname", "subdomain"] as const;

/** Names are unique among containers; a container mounts only volumes of the pod; host ports are unique. */
function containersFindings(spec: PodSpec, path: Path): Findings {
  const names = new Set<string>();
  const each = spec.containers.flatMap((container, index) => {
    const at = [...path, index];
    const again = container.name !== "" && names.has(container.name);
    names.add(container.name);
    return [
      ...(again ? [duplicate([...at, "name"], container.name)] : []),
      ...mountNameFindings(container, spec, at),
      ...containerHealthFindings(container, spec, at),
      ...containerRestartFindings(container, at),
    ];
  });
  return [...each, ...hostPortFindings(spec.containers, path)];
}

function initContainersFindings(spec: PodSpec, path: Path): Findings {
  const names = new Set(spec.containers.map((container) => container.name));
  return (spec.initContainers ?? []).flatMap((container, index) => {
    const at = [...path, index];
    const out: FieldError[] = [...mountNameFindings(container, spec, at), ...hostPortFindings([container], path)];
    if (container.name !== "" && names.has(container.name)) out.push(duplicate([...at, "name"], container.name));
    names.add(container.name);
    out.push(...containerRestartFindings(container, at));
    if (isSidecar(container)) return [...out, ...containerHealthFindings(container, spec, at)];
    for (const name of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
      if (container[name] !== undefined) out.push(forbidden([...at, name], INIT_ONLY));
    }
    return out;
  });
}

function ephemeralContainersFindings(spec: PodSpec, path: Path): Findings {
  const others = new Set([...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name));
  const names = new Set(others);
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const at = [...path, index];
    const { name, targetContainerName: target = "" } = container;
    const out: FieldError[] = [...mountNameFindings(container, spec, at)];
    if (names.has(name)) out.push(duplicate([...at, "name"], name));
    names.add(name);
    if (target !== "" && !others.has(target)) out.push(notFoundFinding([...at, "targetContainerName"], target));
    for (const field of EPHEMERAL_FORBIDDEN)
      if (container[field] !== undefined) out.push(forbidden([...at, field], EPHEMERAL));
    for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
      for (const field of ["subPath", "subPathExpr"] as const) {
        if (mount[field] !== undefined) out.push(forbidden([...at, "volumeMounts", i, field], EPHEMERAL));
      }
    }
    return out;
  });
}

function notFoundFinding(path: Path, value: string): FieldError {
  return { path, reason: "NotFound", detail: "", value };
}

function mountNameFindings(container: Container | EphemeralContainer, spec: PodSpec, path: Path): Findings {
  if (container.volumeMounts === undefined && container.volumeDevices === undefined) return NONE;
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  const mounts = (container.volumeMounts ?? []).flatMap(({ name }, index) =>
    volumes.has(name) ? [] : [notFoundFinding([...path, "volumeMounts", index, "name"], name)],
  );
  const devices = (container.volumeDevices ?? []).flatMap(({ name }, index) => {
    const volume = volumes.get(name);
    const at = [...path, "volumeDevices", index, "name"];
    if (volume === undefined) return [notFoundFinding(at, name)];
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) return [];
    return [invalid(at, name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")];
  });
  return [...mounts, ...devices];
}

function hostPortFindings(containers: readonly Container[], path: Path): Findings {
  const any = containers.some(({ ports }) => ports?.some(({ hostPort = 0 }) => hostPort !== 0) === true);
  if (!any) return NONE;
  const seen = new Set<string>();
  return containers.flatMap((container, index) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, protocol = "TCP", hostIP = "" }, portIndex) => {
      if (hostPort === 0) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      const again = seen.has(key);
      seen.add(key);
      return again ? [duplicate([...path, index, "ports", portIndex, "hostPort"], key)] : [];
    }),
  );
}

/** Templates may leave the host port out: pods get it by default. */
function hostNetworkFindings(spec: PodSpec, path: Path): Findings {
  if (spec.hostNetwork !== true) return [];
  return spec.containers.flatMap((container, index) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, containerPort }, portIndex) => {
      if (hostPort === 0 || hostPort === containerPort) return [];
      const at = [...path, index, "ports", portIndex, "hostPort"];
      return [invalid(at, hostPort, "must match `containerPort` when `hostNetwork` is true")];
    }),
  );
}

function dnsFindings(config: PodDNSConfig | undefined, policy: string | undefined, path: Path): Findings {
  if (policy === "None" && config === undefined) {
    return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")];
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  if (policy === "None" && nameservers.length === 0) {
    return [required([...path, "nameservers"], "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  const out: FieldError[] = [];
  if (nameservers.length > NAMESERVERS_MAX) {
    out.push(invalid([...path, "nameservers"], nameservers, `must not have more than ${NAMESERVERS_MAX} nameservers`));
  }
  out.push(...nameservers.flatMap((server, index) => checkIp([...path, "nameservers", index], server)));
  if (searches.length > SEARCHES_MAX) {
    out.push(invalid([...path, "searches"], searches, `must not have more than ${SEARCHES_MAX} search paths`));
  }
  if (searches.join(" ").length > SEARCH_TEXT_MAX) {
    const detail = `must not have more than ${SEARCH_TEXT_MAX} characters (including spaces) in the search list`;
    out.push(invalid([...path, "searches"], searches, detail));
  }
  out.push(...searches.flatMap((search, index) => searchFindings(search, [...path, "searches", index])));
  options.forEach((option, index) => {
    if ((option.name ?? "") === "") out.push(required([...path, "options", index], "must not be empty"));
  });
  return out;
}

/** A trailing dot is fine, a lone dot too, and underscores are as common in search paths as in DNS. */
function searchFindings(search: string, path: Path): Findings {
  if (search === ".") return [];
  const name = search.replace(/\.$/, "");
  return isDns1123Subdomain(name.replaceAll("_", "-")).map((message) => invalid(path, name, message));
}

function gateFindings(spec: PodSpec, path: Path): Findings {
  const seen = new Set<string>();
  const readiness = (spec.readinessGates ?? []).flatMap((gate, index) =>
    gate.conditionType === ""
      ? []
      : checkQualifiedName([...path, "readinessGates", index, "conditionType"], gate.conditionType),
  );
  const scheduling = (spec.schedulingGates ?? []).flatMap(({ name }, index) => {
    const at = [...path, "schedulingGates", index];
    const again = seen.has(name);
    seen.add(name);
    return [...checkQualifiedName(at, name), ...(again ? [duplicate(at, name)] : [])];
  });
  return [...readiness, ...scheduling];
}

function hostAliasFindings(alias: HostAlias, path: Path): Findings {
  return [
    ...(alias.ip === "" ? [] : checkIp([...path, "ip"], alias.ip)),
    ...(alias.hostnames ?? []).flatMap((name, index) => checkSubdomain([...path, "hostnames", index], name)),
  ];
}
