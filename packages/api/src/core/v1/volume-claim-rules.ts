import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  type Path,
  required,
  validateLabelSelector,
  equalValues,
} from "@skates/apimachinery";
import { checkNoBacksteps, checkSubdomain, type Findings } from "../../checks.ts";
import { PersistentVolumeSource } from "./persistent-volume-source.ts";
import type { PersistentVolume, PersistentVolumeSpec } from "./persistent-volume.ts";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "./persistent-volume-claim.ts";

const ONCE_ONLY = "may not use ReadWriteOncePod with other access modes";
const CLAIM_STAYS =
  "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

function modeFindings(modes: readonly string[], path: Path, detail: string): Findings {
  if (modes.length === 0) return [required(path, detail)];
  return modes.includes("ReadWriteOncePod") && modes.length > 1 ? [forbidden(path, ONCE_ONLY)] : [];
}

/** A claim says how it is mounted and how large it is. */
export function claimSpecRules(spec: PersistentVolumeClaimSpec, _old: unknown, path: Path): Findings {
  const at = [...path, "resources", { key: "storage" }];
  const size = spec.resources?.requests?.["storage"];
  const { dataSource, dataSourceRef } = spec;
  return [
    ...modeFindings(spec.accessModes ?? [], [...path, "accessModes"], "at least 1 access mode is required"),
    ...validateLabelSelector(spec.selector, [...path, "selector"]),
    ...(size === undefined ? [required(at)] : []),
    ...(size !== undefined && parseQuantity(size).sign <= 0 ? [invalid(at, size, "must be greater than zero")] : []),
    ...checkSubdomain([...path, "storageClassName"], spec.storageClassName),
    ...checkSubdomain([...path, "volumeAttributesClassName"], spec.volumeAttributesClassName),
    ...(dataSource === undefined ? [] : sourceFindings(dataSource, [...path, "dataSource"])),
    ...(dataSourceRef === undefined ? [] : sourceFindings(dataSourceRef, [...path, "dataSourceRef"])),
    ...bothSourcesFindings(spec, path),
  ];
}

interface Source {
  readonly apiGroup?: string | undefined;
  readonly kind: string;
}

function sourceFindings({ apiGroup = "", kind }: Source, path: Path): Findings {
  if (apiGroup !== "") return checkSubdomain([...path, "apiGroup"], apiGroup);
  if (kind === "PersistentVolumeClaim") return [];
  return [invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")];
}

/** The older field says the same as the newer one, and cannot name another namespace. Upstream shows where the older one is. */
function bothSourcesFindings({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, path: Path): Findings {
  if (dataSource === undefined || dataSourceRef === undefined) return [];
  if ((dataSourceRef.namespace ?? "") !== "") {
    return [invalid(path, {}, "may not be specified when dataSourceRef.namespace is specified")];
  }
  const { apiGroup, kind, name } = dataSourceRef;
  const same = dataSource.apiGroup === apiGroup && dataSource.kind === kind && dataSource.name === name;
  return same ? [] : [invalid(path, {}, "must match dataSourceRef")];
}

/** A claim may grow, and may be bound; all else stays. */
export function claimErrors(next: PersistentVolumeClaim, old: PersistentVolumeClaim | undefined): Findings {
  if (old === undefined) return [];
  const bound = old.status?.phase === "Bound";
  const binding = (old.spec.volumeName ?? "") === "";
  const classed = (old.spec.storageClassName ?? undefined) === undefined;
  const allowed: PersistentVolumeClaimSpec = {
    ...next.spec,
    volumeName: binding ? next.spec.volumeName : old.spec.volumeName,
    ...(bound
      ? { resources: next.spec.resources, volumeAttributesClassName: next.spec.volumeAttributesClassName }
      : { resources: old.spec.resources, volumeAttributesClassName: old.spec.volumeAttributesClassName }),
    accessModes: old.spec.accessModes,
    selector: old.spec.selector,
    storageClassName: classed ? next.spec.storageClassName : old.spec.storageClassName,
    volumeMode: old.spec.volumeMode,
    dataSource: old.spec.dataSource,
    dataSourceRef: old.spec.dataSourceRef,
  };
  const out: FieldError[] = equalValues(allowed, next.spec) ? [] : [forbidden(["spec"], CLAIM_STAYS)];
  const before = old.spec.resources?.requests?.["storage"] ?? "0";
  const after = next.spec.resources?.requests?.["storage"] ?? "0";
  const has = old.status?.capacity?.["storage"] ?? "0";
  if (
    parseQuantity(after).compare(parseQuantity(before)) < 0 &&
    parseQuantity(after).compare(parseQuantity(has)) <= 0
  ) {
    out.push(forbidden(["spec", "resources", "requests", "storage"], "field can not be less than status.capacity"));
  }
  if (next.spec.volumeMode !== old.spec.volumeMode) {
    out.push(invalid(["volumeMode"], next.spec.volumeMode ?? null, "field is immutable"));
  }
  return [...out, ...attributesClassErrors(next.spec.volumeAttributesClassName, old)];
}

/** A class that was applied is changed for another, and not for none. */
function attributesClassErrors(next: string | undefined, { spec, status }: PersistentVolumeClaim): Findings {
  if (next === spec.volumeAttributesClassName || status?.currentVolumeAttributesClassName === undefined) return [];
  if (next !== undefined && next !== "") return [];
  const detail = `update to ${next === undefined ? "nil" : "empty string"} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  return [forbidden(["spec", "volumeAttributesClassName"], detail)];
}

/** A volume has a size, modes, and exactly one place. */
export function volumeSpecRules(spec: PersistentVolumeSpec, _old: unknown, path: Path): Findings {
  const capacity = Object.entries(spec.capacity ?? {});
  const sources = sourcesOf(spec);
  const out: FieldError[] = [...modeFindings(spec.accessModes ?? [], [...path, "accessModes"], "")];
  if (capacity.length === 0) out.push(required([...path, "capacity"]));
  else if (spec.capacity?.["storage"] === undefined || capacity.length > 1) {
    out.push(notSupported([...path, "capacity"], spec.capacity, ["storage"]));
  }
  for (const [name, size] of capacity) {
    if (parseQuantity(size).sign <= 0)
      out.push(invalid([...path, "capacity", { key: name }], size, "must be greater than zero"));
  }
  if (sources.length === 0) out.push(required(path, "must specify a volume type"));
  for (const name of sources.slice(1)) out.push(forbidden([...path, name], "may not specify more than 1 volume type"));
  if (spec.hostPath !== undefined) {
    out.push(...checkNoBacksteps([...path, "hostPath", "path"], spec.hostPath.path));
    if (isRoot(spec.hostPath.path) && spec.persistentVolumeReclaimPolicy === "Recycle") {
      out.push(
        forbidden([...path, "persistentVolumeReclaimPolicy"], "may not be 'recycle' for a hostPath mount of '/'"),
      );
    }
  }
  if (spec.local !== undefined && spec.nodeAffinity === undefined) {
    out.push(required([...path, "nodeAffinity"], "Local volume requires node affinity"));
  }
  if (spec.local !== undefined) out.push(...checkNoBacksteps([...path, "local", "path"], spec.local.path));
  if (spec.nodeAffinity !== undefined && spec.nodeAffinity.required === undefined) {
    out.push(required([...path, "nodeAffinity", "required"], "must specify required node constraints"));
  }
  return [
    ...out,
    ...checkSubdomain([...path, "storageClassName"], spec.storageClassName),
    ...volumeClassFindings(spec, path),
  ];
}

/** True for `/` in all its spellings. */
function isRoot(path: string): boolean {
  return path.startsWith("/") && path.split("/").every((part) => part === "" || part === ".");
}

function volumeClassFindings({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, path: Path): Findings {
  if (name === undefined) return [];
  const at = [...path, "volumeAttributesClassName"];
  return [
    ...(name === "" ? [required(at, "an empty string is disallowed")] : checkSubdomain(at, name)),
    ...(csi === undefined
      ? [required([...path, "csi"], "has to be specified when using volumeAttributesClassName")]
      : []),
  ];
}

function sourcesOf(spec: PersistentVolumeSpec): readonly string[] {
  const present = new Map(Object.entries(spec).filter(([, value]) => value !== undefined));
  return Object.keys(PersistentVolumeSource.fields).filter((name) => present.has(name));
}

/** A volume stays where it is and what it is. */
export function volumeErrors({ spec: next }: PersistentVolume, old: PersistentVolume | undefined): Findings {
  if (old === undefined) return [];
  const out: FieldError[] = [];
  const before = new Map(Object.entries(old.spec));
  const after = new Map(Object.entries(withOldExpandSecret(next, old.spec)));
  const moved = Object.keys(PersistentVolumeSource.fields).some(
    (name) => !equalValues(before.get(name), after.get(name)),
  );
  if (moved)
    out.push(forbidden(["spec", "persistentvolumesource"], "spec.persistentvolumesource is immutable after creation"));
  if ((next.volumeMode ?? "Filesystem") !== (old.spec.volumeMode ?? "Filesystem")) {
    out.push(invalid(["volumeMode"], next.volumeMode, "field is immutable"));
  }
  if (old.spec.nodeAffinity !== undefined && !equalValues(next.nodeAffinity, old.spec.nodeAffinity)) {
    out.push(
      invalid(
        ["nodeAffinity"],
        next.nodeAffinity ?? null,
        "field is immutable, except for updating from beta label to GA",
      ),
    );
  }
  if (old.spec.volumeAttributesClassName !== undefined && next.volumeAttributesClassName === undefined) {
    const detail = "update from non-nil value to nil is forbidden";
    out.push(forbidden(["spec", "volumeAttributesClassName"], detail));
  }
  return out;
}

/** A volume that was made before its driver could grow it may learn of the secret for that later. */
function withOldExpandSecret(next: PersistentVolumeSpec, old: PersistentVolumeSpec): PersistentVolumeSpec {
  if (next.csi === undefined || old.csi === undefined || old.csi.controllerExpandSecretRef !== undefined) return next;
  return { ...next, csi: { ...next.csi, controllerExpandSecretRef: undefined } };
}
