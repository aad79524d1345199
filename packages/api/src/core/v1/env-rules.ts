import {
  invalid,
  isConfigMapKey,
  isDns1123Subdomain,
  isRelaxedEnvVarName,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";
import {
  checkQualifiedName,
  checkRequiredText,
  checkText,
  type Findings,
  invalidFor,
  membersOf,
} from "../../checks.ts";
import type { EnvFromSource, EnvVar, EnvVarSource } from "./env.ts";
import type { ObjectFieldSelector, ResourceFieldSelector } from "./key-selector.ts";

/** Fields of a pod that the downward API knows at all. */
const FIELDS = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.serviceAccountName",
  "spec.schedulerName",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
]);
const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const VOLUME_FIELDS = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];
const RESOURCES = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];
const SIZES = new Set(["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]);
const SIZES_TEXT = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
const SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"] as const;

const NONE: Findings = [];

/** A variable: a proper name, and a value or one source for it. */
export function envVarRules(variable: EnvVar, _old: unknown, path: Path): Findings {
  const source = variable.valueFrom;
  // There are many of them, and hardly ever is anything wrong.
  if (source === undefined && isRelaxedEnvVarName(variable.name).length === 0) return NONE;
  return [
    ...checkText([...path, "name"], variable.name, isRelaxedEnvVarName),
    ...(source === undefined ? [] : envSourceFindings(source, variable.value ?? "", [...path, "valueFrom"])),
  ];
}

function envSourceFindings(source: EnvVarSource, value: string, path: Path): Findings {
  const given = membersOf(source, SOURCES);
  const out = [
    ...(source.fieldRef === undefined ? [] : fieldRefFindings(source.fieldRef, ENV_FIELDS, [...path, "fieldRef"])),
    ...(source.resourceFieldRef === undefined
      ? []
      : resourceRefFindings(source.resourceFieldRef, [...path, "resourceFieldRef"])),
    ...keyRefFindings(source.configMapKeyRef, [...path, "configMapKeyRef"]),
    ...keyRefFindings(source.secretKeyRef, [...path, "secretKeyRef"]),
  ];
  if (given.length === 0) {
    return [
      ...out,
      invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"),
    ];
  }
  if (value !== "") return [...out, invalid(path, "", "may not be specified when `value` is not empty")];
  return given.length > 1 ? [...out, invalid(path, "", "may not have more than one field specified at a time")] : out;
}

function keyRefFindings(
  ref: { readonly name?: string | undefined; readonly key: string } | undefined,
  path: Path,
): Findings {
  if (ref === undefined) return [];
  const { name = "", key } = ref;
  return [
    ...invalidFor([...path, "name"], name, isDns1123Subdomain(name)),
    ...checkText([...path, "key"], key, isConfigMapKey),
  ];
}

/** A field of the pod, as a whole or one entry of its labels or annotations. */
export function fieldRefFindings(ref: ObjectFieldSelector, supported: readonly string[], path: Path): Findings {
  const at = [...path, "fieldPath"];
  const { fieldPath } = ref;
  if (fieldPath === "") return [];
  const subscripted = /^(.+)\['(.*)'\]$/.exec(fieldPath);
  const field = subscripted?.[1] ?? fieldPath;
  if (!FIELDS.has(field))
    return [invalid(at, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
  if (subscripted === null) return supported.includes(field) ? [] : [notSupported(at, field, supported)];
  const key = subscripted[2] ?? "";
  if (field === "metadata.annotations") return checkQualifiedName(path, key.toLowerCase());
  if (field === "metadata.labels") return checkQualifiedName(path, key);
  return [invalid(path, field, "does not support subscript")];
}

/** The fields that files of a volume can show. */
export function volumeFieldRefFindings(ref: ObjectFieldSelector, path: Path): Findings {
  return fieldRefFindings(ref, VOLUME_FIELDS, path);
}

/** A resource of a container, divided by a unit that fits it. */
export function resourceRefFindings(ref: ResourceFieldSelector, path: Path): Findings {
  const { resource } = ref;
  if (resource === "") return [];
  const huge = resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");
  const known = huge || RESOURCES.includes(resource);
  const wrong = known ? [] : [notSupported([...path, "resource"], resource, RESOURCES)];
  return [...wrong, ...divisorFindings(resource, ref.divisor ?? "0", [...path, "divisor"])];
}

function divisorFindings(resource: string, divisor: string, path: Path): Findings {
  if (divisor === "0") return [];
  const kind = resource.slice(resource.indexOf(".") + 1);
  if (kind === "cpu") {
    const fits = divisor === "1m" || divisor === "1";
    return fits ? [] : [invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  if (SIZES.has(divisor)) return [];
  const name = kind === "memory" ? "memory" : kind === "ephemeral-storage" ? "local ephemeral storage" : "hugepages";
  return [invalid(path, resource, `only divisor's values ${SIZES_TEXT} are supported with the ${name} resource`)];
}

/** All keys of one config map or secret. */
export function envFromRules(source: EnvFromSource, _old: unknown, path: Path): Findings {
  const given = membersOf(source, ["configMapRef", "secretRef"]);
  const list = path.slice(0, -1);
  return [
    ...checkText([...path, "prefix"], source.prefix, isRelaxedEnvVarName),
    ...given.flatMap((name) => checkRequiredText([...path, name, "name"], source[name]?.name, isDns1123Subdomain)),
    ...(given.length === 0 ? [invalid(list, "", "must specify one of: `configMapRef` or `secretRef`")] : []),
    ...(given.length > 1 ? [invalid(list, "", "may not have more than one field specified at a time")] : []),
  ];
}

/** The container of a resource must be named where there is none around. */
export function volumeResourceRefFindings(ref: ResourceFieldSelector, path: Path): Findings {
  if ((ref.containerName ?? "") === "") return [required([...path, "containerName"])];
  return resourceRefFindings(ref, path);
}
