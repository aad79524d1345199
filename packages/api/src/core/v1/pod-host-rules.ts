import {
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  notFoundValue,
  type Path,
  tooLong,
} from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import { containersWithPaths } from "./pod-containers.ts";
import type { PodSpec } from "./pod-spec.ts";

const HOST_NAME_LENGTH_MAX = 64;
const APART = "when `hostUsers` is false";

/** Users of its own do not go with namespaces of the node; an unmasked /proc needs them. */
export function hostUserFindings(spec: PodSpec, path: Path): Findings {
  const out: FieldError[] = [...hostNameFindings(spec, [...path, "hostnameOverride"])];
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const at = [...path, "securityContext", "shareProcessNamespace"];
    out.push(invalid(at, true, "ShareProcessNamespace and HostPID cannot both be enabled"));
  }
  if (spec.hostUsers !== false) return [...out, ...unmaskedFindings(spec, path)];
  if (spec.hostNetwork === true) out.push(forbidden([...path, "hostNetwork"], APART));
  if (spec.hostPID === true) out.push(forbidden([...path, "HostPID"], APART));
  if (spec.hostIPC === true) out.push(forbidden([...path, "HostIPC"], APART));
  for (const { container, at } of containersWithPaths(spec, path)) {
    if ((container.volumeDevices ?? []).length > 0) out.push(forbidden([...at, "volumeDevices"], APART));
  }
  return out;
}

function unmaskedFindings(spec: PodSpec, path: Path): Findings {
  return containersWithPaths(spec, path).flatMap(({ container, at }) => {
    if (container.securityContext?.procMount !== "Unmasked") return [];
    const detail = "`hostUsers` must be false to use `Unmasked`";
    return [invalid([...at, "securityContext", "procMount"], "Unmasked", detail)];
  });
}

function hostNameFindings({ hostnameOverride: name, hostNetwork, setHostnameAsFQDN }: PodSpec, path: Path): Findings {
  if (name === undefined) return [];
  const out: FieldError[] = [];
  if (setHostnameAsFQDN === true) out.push(forbidden(path, "may not be specified when setHostnameAsFQDN is true"));
  if (hostNetwork === true) out.push(forbidden(path, "may not be specified when hostNetwork is true"));
  if (name.length > HOST_NAME_LENGTH_MAX) out.push(tooLong(path, HOST_NAME_LENGTH_MAX));
  return [...out, ...invalidFor(path, name, isDns1123Subdomain(name))];
}

/** Variables from files name an emptyDir of the pod. */
export function podReferenceFindings(spec: PodSpec, path: Path): Findings {
  const out: FieldError[] = [];
  for (const { container, at } of containersWithPaths(spec, path)) {
    for (const [index, { valueFrom }] of (container.env ?? []).entries()) {
      if (valueFrom?.fileKeyRef === undefined) continue;
      const { volumeName } = valueFrom.fileKeyRef;
      const where = [...at, "env", index, "valueFrom", "fileKeyRef", "volumeName"];
      const volume = spec.volumes?.find(({ name }) => name === volumeName);
      if (volume === undefined) out.push(notFoundValue(where, volumeName));
      else if (volume.emptyDir === undefined) {
        out.push(invalid(where, volumeName, "referenced volume must be of type emptyDir"));
      }
    }
  }
  return out;
}
