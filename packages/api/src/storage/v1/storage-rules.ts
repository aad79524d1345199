import {
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  isQualifiedName,
  type Path,
  required,
  equalValues,
} from "@skates/apimachinery";
import { checkNotNegative, checkText, type Findings } from "../../checks.ts";
import type { CSIDriver, CSIDriverSpec } from "./csi-driver.ts";
import type { CSINode, CSINodeSpec } from "./csi-node.ts";
import type { CSIStorageCapacity } from "./csi-storage-capacity.ts";
import type { StorageClass } from "./storage-class.ts";
import type { VolumeAttachment, VolumeAttachmentSpec } from "./volume-attachment.ts";
import type { VolumeAttributesClass } from "./volume-attributes-class.ts";

const PARAMETERS_MAX = 512;
const PARAMETERS_BYTES_MAX = 256 * 1024;
const DRIVER_NAME_MAX = 63;

function parameterFindings(parameters: Readonly<Record<string, string>> | undefined, path: Path): Findings {
  const entries = Object.entries(parameters ?? {});
  const bytes = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const out: FieldError[] = [];
  if (entries.length > PARAMETERS_MAX) {
    out.push({ path, reason: "TooLong", detail: `may not be more than ${PARAMETERS_MAX} bytes`, value: "" });
  }
  if (entries.some(([key]) => key === "")) out.push(invalid(path, "", "field can not be empty."));
  if (bytes > PARAMETERS_BYTES_MAX) {
    out.push({ path, reason: "TooLong", detail: `may not be more than ${PARAMETERS_BYTES_MAX} bytes`, value: "" });
  }
  return out;
}

function driverNameFindings(name: string, path: Path): Findings {
  const out: FieldError[] = [];
  if (name.length > DRIVER_NAME_MAX)
    out.push({ path, reason: "TooLong", detail: `may not be more than ${DRIVER_NAME_MAX} bytes`, value: name });
  return [...out, ...isDns1123Subdomain(name.toLowerCase()).map((text) => invalid(path, name, text))];
}

/** What a storage class must say, and that it keeps to it. */
export function storageClassErrors(next: StorageClass, old: StorageClass | undefined): Findings {
  const out: FieldError[] = [
    ...checkText(["provisioner"], next.provisioner.toLowerCase(), isQualifiedName),
    ...parameterFindings(next.parameters, ["parameters"]),
  ];
  if (old === undefined) return out;
  if (!equalValues(next.parameters, old.parameters))
    out.push(forbidden(["parameters"], "updates to parameters are forbidden."));
  if (next.provisioner !== old.provisioner)
    out.push(forbidden(["provisioner"], "updates to provisioner are forbidden."));
  if (next.reclaimPolicy !== old.reclaimPolicy)
    out.push(forbidden(["reclaimPolicy"], "updates to reclaimPolicy are forbidden."));
  if (next.volumeBindingMode !== old.volumeBindingMode) {
    out.push(invalid(["volumeBindingMode"], next.volumeBindingMode, "field is immutable"));
  }
  return out;
}

/** A class of attributes keeps its driver and its parameters. */
export function volumeAttributesClassErrors(
  next: VolumeAttributesClass,
  old: VolumeAttributesClass | undefined,
): Findings {
  const out: FieldError[] = [
    ...driverNameFindings(next.driverName, ["driverName"]),
    ...parameterFindings(next.parameters, ["parameters"]),
  ];
  if (Object.keys(next.parameters ?? {}).length === 0) {
    out.push(required(["parameters"], "must contain at least one key/value pair"));
  }
  if (old === undefined) return out;
  if (next.driverName !== old.driverName) out.push(invalid(["driverName"], next.driverName, "field is immutable"));
  if (!equalValues(next.parameters, old.parameters))
    out.push(invalid(["parameters"], next.parameters, "field is immutable"));
  return out;
}

/** An attachment is for one volume. */
export function volumeAttachmentSpecRules(spec: VolumeAttachmentSpec, _old: unknown, path: Path): Findings {
  const at = [...path, "source"];
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = spec.source;
  if (inline === undefined && name === undefined)
    return [required(at, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")];
  if (inline !== undefined && name !== undefined) {
    return [forbidden(at, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")];
  }
  return name === "" ? [required([...at, "persistentVolumeName"], "must specify non empty persistentVolumeName")] : [];
}

/** An attachment stays for that volume. */
export function volumeAttachmentErrors(next: VolumeAttachment, old: VolumeAttachment | undefined): Findings {
  return old === undefined || equalValues(next.spec, old.spec)
    ? []
    : [invalid(["spec"], next.spec, "field is immutable")];
}

/** Tokens of a driver differ in whom they are for. */
export function csiDriverSpecRules(spec: CSIDriverSpec, _old: unknown, path: Path): Findings {
  const seen = new Set<string>();
  return (spec.tokenRequests ?? []).flatMap(({ audience, expirationSeconds }, index): readonly FieldError[] => {
    const at = [...path, "tokenRequests", index];
    const again = seen.has(audience);
    seen.add(audience);
    const short = expirationSeconds !== undefined && expirationSeconds < 600;
    return [
      ...(again ? [{ path: [...at, "audience"], reason: "Duplicate", detail: "", value: audience } as const] : []),
      ...(short
        ? [invalid([...at, "expirationSeconds"], expirationSeconds, "may not specify a duration less than 10 minutes")]
        : []),
    ];
  });
}

/** A driver is named as drivers are, and keeps its way of attaching. */
export function csiDriverErrors(next: CSIDriver, old: CSIDriver | undefined): Findings {
  const out: FieldError[] = [...driverNameFindings(next.metadata.name, ["metadata", "name"])];
  if (old === undefined) return out;
  for (const name of ["attachRequired", "volumeLifecycleModes"] as const) {
    if (!equalValues(next.spec[name], old.spec[name]))
      out.push(invalid(["spec", name], next.spec[name], "field is immutable"));
  }
  return out;
}

/** Each driver of a node stands there once. */
export function csiNodeSpecRules(spec: CSINodeSpec, _old: unknown, path: Path): Findings {
  const seen = new Set<string>();
  return spec.drivers.flatMap((driver, index): readonly FieldError[] => {
    const at = [...path, "drivers", index];
    const again = seen.has(driver.name);
    seen.add(driver.name);
    return [
      ...(driver.name === "" ? [] : driverNameFindings(driver.name, [...at, "name"])),
      ...(again ? [{ path: [...at, "name"], reason: "Duplicate", detail: "", value: driver.name } as const] : []),
      ...checkNotNegative([...at, "allocatable", "count"], driver.allocatable?.count),
    ];
  });
}

/** What a driver said of itself on a node, it does not take back but by going. */
export function csiNodeErrors(next: CSINode, old: CSINode | undefined): Findings {
  const before = new Map((old?.spec.drivers ?? []).map((driver) => [driver.name, driver]));
  return next.spec.drivers.flatMap((driver, index) => {
    const was = before.get(driver.name);
    const changed =
      was !== undefined && (was.nodeID !== driver.nodeID || !equalValues(was.topologyKeys, driver.topologyKeys));
    return changed ? [invalid(["spec", "drivers", index], driver, "field is immutable")] : [];
  });
}

/** Capacity is reported for one class in one place. */
export function csiStorageCapacityErrors(next: CSIStorageCapacity, old: CSIStorageCapacity | undefined): Findings {
  if (old === undefined) return [];
  return (["nodeTopology", "storageClassName"] as const).flatMap((name) =>
    equalValues(next[name], old[name]) ? [] : [invalid([name], next[name] ?? null, "field is immutable")],
  );
}
