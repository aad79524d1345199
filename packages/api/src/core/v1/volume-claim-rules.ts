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

function modeFindings(modes: readonly string[], path: Path): Findings {
  if (modes.length === 0) return [required(path, "at least 1 access mode is required")];
  return modes.includes("ReadWriteOncePod") && modes.length > 1 ? [forbidden(path, ONCE_ONLY)] : [];
}

/** A claim says how it is mounted and how large it is. */
export function claimSpecRules(spec: PersistentVolumeClaimSpec, _old: unknown, path: Path): Findings {
  const at = [...path, "resources", { key: "storage" }];
  const size = spec.resources?.requests?.["storage"];
  const { dataSource, dataSourceRef } = spec;
  const both = dataSource !== undefined && dataSourceRef !== undefined && dataSourceRef.namespace === undefined;
  const differs = both && (dataSource.kind !== dataSourceRef.kind || dataSource.name !== dataSourceRef.name);
  return [
    ...modeFindings(spec.accessModes ?? [], [...path, "accessModes"]),
    ...validateLabelSelector(spec.selector, [...path, "selector"]),
    ...(size === undefined ? [required(at)] : []),
    ...(size !== undefined && parseQuantity(size).sign <= 0 ? [invalid(at, size, "must be greater than zero")] : []),
    ...checkSubdomain([...path, "storageClassName"], spec.storageClassName),
    ...checkSubdomain([...path, "volumeAttributesClassName"], spec.volumeAttributesClassName),
    ...(differs ? [invalid(path, dataSource, "must match dataSourceRef")] : []),
  ];
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
  const before = old.spec.resources?.requests?.["storage"];
  const after = next.spec.resources?.requests?.["storage"];
  if (bound && before !== undefined && after !== undefined && parseQuantity(after).compare(parseQuantity(before)) < 0) {
    const has = old.status?.capacity?.["storage"];
    if (has === undefined || parseQuantity(after).compare(parseQuantity(has)) <= 0) {
      out.push(forbidden(["spec", "resources", "requests", "storage"], "field can not be less than status.capacity"));
    }
  }
  return out;
}

/** A volume has a size, modes, and exactly one place. */
export function volumeSpecRules(spec: PersistentVolumeSpec, _old: unknown, path: Path): Findings {
  const capacity = Object.entries(spec.capacity ?? {});
  const sources = sourcesOf(spec);
  const out: FieldError[] = [...modeFindings(spec.accessModes ?? [], [...path, "accessModes"])];
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
    if (spec.hostPath.path === "/" && spec.persistentVolumeReclaimPolicy === "Recycle") {
      out.push(
        forbidden([...path, "persistentVolumeReclaimPolicy"], "may not be 'recycle' for a hostPath mount of '/'"),
      );
    }
  }
  if (spec.local !== undefined && spec.nodeAffinity === undefined) {
    out.push(required([...path, "nodeAffinity"], "Local volume requires node affinity"));
  }
  return [...out, ...checkSubdomain([...path, "storageClassName"], spec.storageClassName)];
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
  const after = new Map(Object.entries(next));
  const moved = Object.keys(PersistentVolumeSource.fields).some(
    (name) => !equalValues(before.get(name), after.get(name)),
  );
  if (moved)
    out.push(forbidden(["spec", "persistentvolumesource"], "spec.persistentvolumesource is immutable after creation"));
  if ((next.volumeMode ?? "Filesystem") !== (old.spec.volumeMode ?? "Filesystem")) {
    out.push(invalid(["spec", "volumeMode"], next.volumeMode, "field is immutable"));
  }
  if (old.spec.nodeAffinity !== undefined && !equalValues(next.nodeAffinity, old.spec.nodeAffinity)) {
    out.push(
      invalid(
        ["spec", "nodeAffinity"],
        next.nodeAffinity ?? null,
        "field is immutable, except for updating from beta label to GA",
      ),
    );
  }
  return out;
}
