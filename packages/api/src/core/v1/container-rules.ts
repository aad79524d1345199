import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isPortName,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";
import { checkLabel, checkLocalPath, type Findings, invalidFor } from "../../checks.ts";
import { checkIp } from "../../ip.ts";
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer, VolumeMount } from "./container.ts";
import type { SecurityContext } from "./security-context.ts";

const PORT_MAX = 65_535;
const PORT_RANGE = `must be between 1 and ${PORT_MAX}, inclusive`;

/** What can be said of a container by itself, of whichever sort. */
export function containerRules(container: Container | EphemeralContainer, _old: unknown, path: Path): Findings {
  const { image = "", ports, volumeMounts, volumeDevices, resizePolicy } = container;
  const found: Findings[] = [checkLabel([...path, "name"], container.name)];
  if (image === "") found.push([required([...path, "image"])]);
  if (ports !== undefined) found.push(portFindings(ports, [...path, "ports"]));
  if (volumeMounts !== undefined) found.push(mountFindings(container, [...path, "volumeMounts"]));
  if (volumeDevices !== undefined) found.push(deviceFindings(container, [...path, "volumeDevices"]));
  if (resizePolicy !== undefined) found.push(resizeFindings(resizePolicy, [...path, "resizePolicy"]));
  return found.every((findings) => findings.length === 0) ? NONE : found.flat();
}

const NONE: Findings = [];

function portFindings(ports: readonly ContainerPort[], path: Path): Findings {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = [...path, index];
    const out: FieldError[] = [];
    const { name = "", containerPort, hostPort = 0, hostIP = "" } = port;
    if (name !== "") {
      const wrong = invalidFor([...at, "name"], name, isPortName(name));
      out.push(...wrong);
      if (wrong.length === 0 && names.has(name)) out.push(duplicate([...at, "name"], name));
      names.add(name);
    }
    if (containerPort === 0) out.push(required([...at, "containerPort"]));
    else if (containerPort < 1 || containerPort > PORT_MAX)
      out.push(invalid([...at, "containerPort"], containerPort, PORT_RANGE));
    if (hostPort < 0 || hostPort > PORT_MAX) out.push(invalid([...at, "hostPort"], hostPort, PORT_RANGE));
    if (hostIP !== "") out.push(...checkIp([...at, "hostIP"], hostIP));
    return out;
  });
}

function mountFindings(container: Container | EphemeralContainer, path: Path): Findings {
  const devices = container.volumeDevices ?? [];
  const seen = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const at = [...path, index];
    const out: FieldError[] = [];
    if (seen.has(mount.mountPath)) out.push(invalid([...at, "mountPath"], mount.mountPath, "must be unique"));
    seen.add(mount.mountPath);
    if (devices.some((device) => device.name === mount.name)) {
      out.push(invalid([...at, "name"], mount.name, "must not already exist in volumeDevices"));
    }
    if (devices.some((device) => device.devicePath === mount.mountPath)) {
      out.push(invalid([...at, "mountPath"], mount.mountPath, "must not already exist as a path in volumeDevices"));
    }
    return [...out, ...subPathFindings(mount, at, path), ...mountModeFindings(mount, container.securityContext, path)];
  });
}

/** Upstream names the list where it means the item; clients see it so. */
function subPathFindings(mount: VolumeMount, at: Path, list: Path): Findings {
  const { subPath = "", subPathExpr = "" } = mount;
  const both = subPath !== "" && subPathExpr !== "";
  return [
    ...(subPath === "" ? [] : checkLocalPath([...list, "subPath"], subPath)),
    ...(both ? [invalid([...at, "subPathExpr"], subPathExpr, "subPathExpr and subPath are mutually exclusive")] : []),
    ...(subPathExpr === "" ? [] : checkLocalPath([...list, "subPathExpr"], subPathExpr)),
  ];
}

function mountModeFindings(mount: VolumeMount, context: SecurityContext | undefined, list: Path): Findings {
  const out: FieldError[] = [];
  const { mountPropagation, recursiveReadOnly } = mount;
  if (mountPropagation === "Bidirectional" && context?.privileged !== true) {
    out.push(
      forbidden(
        [...list, "mountPropagation"],
        "Bidirectional mount propagation is available only to privileged containers",
      ),
    );
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === "Disabled") return out;
  const at = [...list, "recursiveReadOnly"];
  if (recursiveReadOnly !== "Enabled" && recursiveReadOnly !== "IfPossible") {
    return [...out, notSupported(at, recursiveReadOnly, ["Disabled", "IfPossible", "Enabled"])];
  }
  if (mount.readOnly !== true) out.push(forbidden(at, "may only be specified when readOnly is true"));
  if (mountPropagation !== undefined && mountPropagation !== "None") {
    out.push(forbidden(at, "may only be specified when mountPropagation is None or not specified"));
  }
  return out;
}

function deviceFindings(container: Container | EphemeralContainer, path: Path): Findings {
  const mounts = container.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  return (container.volumeDevices ?? []).flatMap((device, index) => {
    const at = [...path, index];
    const out: FieldError[] = [];
    const { name, devicePath } = device;
    if (names.has(name)) out.push(invalid([...at, "name"], name, "must be unique"));
    if (paths.has(devicePath)) out.push(invalid([...at, "devicePath"], devicePath, "must be unique"));
    if (devicePath.split("/").includes("..")) {
      out.push(invalid([...at, "devicePath"], devicePath, "can not contain backsteps ('..')"));
    }
    if (mounts.some((mount) => mount.name === name))
      out.push(invalid([...at, "name"], name, "must not already exist in volumeMounts"));
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      out.push(invalid([...at, "devicePath"], devicePath, "must not already exist as a path in volumeMounts"));
    }
    names.add(name);
    paths.add(devicePath);
    return out;
  });
}

function resizeFindings(policies: readonly ContainerResizePolicy[], path: Path): Findings {
  const seen = new Set<string>();
  return policies.flatMap(({ resourceName, restartPolicy }, index) => {
    const out: FieldError[] = seen.has(resourceName) ? [duplicate([...path, index], resourceName)] : [];
    seen.add(resourceName);
    if (resourceName !== "cpu" && resourceName !== "memory")
      out.push(notSupported(path, resourceName, ["cpu", "memory"]));
    if (restartPolicy !== "NotRequired" && restartPolicy !== "RestartContainer") {
      out.push(notSupported(path, restartPolicy, ["NotRequired", "RestartContainer"]));
    }
    return out;
  });
}
