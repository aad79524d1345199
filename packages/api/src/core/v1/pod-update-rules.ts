import { type FieldError, forbidden, invalid, type RequestInfo, required, equalValues } from "@skates/apimachinery";
import { checkSubdomain, type Findings } from "../../checks.ts";
import { checkIp, parseIp } from "../../ip.ts";
import type { Container } from "./container.ts";
import { isMirrorPod } from "./mirror-pod.ts";
import type { Pod, PodStatus } from "./pod.ts";
import { podAnnotationFindings, podAnnotationUpdateErrors } from "./pod-annotation-rules.ts";
import { gatedPlacementErrors, withOldPlacement } from "./pod-gate-rules.ts";
import { podResizeErrors } from "./pod-resize-rules.ts";
import { allMayRunAgain, mayRunAgain } from "./pod-restart-rules.ts";
import type { PodSpec } from "./pod-spec.ts";
import type { Toleration } from "./toleration.ts";

const INT32_MAX = 2_147_483_647;
const CHANGEABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

/** What only pods must keep to, and templates of pods need not. */
export function podErrors(pod: Pod): Findings {
  const out: FieldError[] = [];
  const { spec } = pod;
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, { image = "" }] of (spec[list] ?? []).entries()) {
      const path = ["spec", list, index, "image"];
      if (image.trim() !== image) out.push(invalid(path, image, "must not have leading or trailing whitespace"));
    }
  }
  out.push(...podAnnotationFindings(pod.metadata.annotations, spec, ["metadata", "annotations"]));
  return [...out, ...accountlessTokenErrors(pod), ...createdClaimErrors(pod)];
}

/** Tokens are for an account: admission gives pods one, unless it is switched off. */
function accountlessTokenErrors({ spec }: Pod): Findings {
  if ((spec.serviceAccountName ?? "") !== "") return [];
  return (spec.volumes ?? []).flatMap(({ projected }, i) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, j) => {
      const path = ["spec", "volumes", i, "projected", "sources", j, "serviceAccountToken"];
      return token === undefined ? [] : [forbidden(path, "must not be specified when serviceAccountName is not set")];
    }),
  );
}

/** The claim that is made for a volume of the pod is no other volume's. */
function createdClaimErrors({ metadata, spec }: Pod): Findings {
  const volumes = spec.volumes ?? [];
  const made = new Set<string>();
  for (const { name, ephemeral } of volumes) if (ephemeral !== undefined) made.add(`${metadata.name}-${name}`);
  if (made.size === 0) return [];
  return volumes.flatMap(({ persistentVolumeClaim: claim }, i) => {
    if (claim === undefined || !made.has(claim.claimName)) return [];
    const path = ["spec", "volumes", i, "persistentVolumeClaim", "claimName"];
    return [invalid(path, claim.claimName, "must not reference a PVC that gets created for an ephemeral volume")];
  });
}

/** What holds when a pod is made. */
export function podCreateErrors(pod: Pod): Findings {
  const out: FieldError[] = [...podErrors(pod)];
  if ((pod.spec.ephemeralContainers ?? []).length > 0) {
    out.push(forbidden(["spec", "ephemeralContainers"], "cannot be set on create"));
  }
  if ((pod.spec.nodeName ?? "") !== "" && (pod.spec.schedulingGates ?? []).length > 0) {
    out.push(forbidden(["spec", "nodeName"], "cannot be set until all schedulingGates have been cleared"));
  }
  return out;
}

/** A pod stays what it is but for a few fields. */
export function podUpdateErrors(next: Pod, old: Pod, request: RequestInfo): Findings {
  if (request.subresource === "ephemeralcontainers") return ephemeralErrors(next, old);
  if (request.subresource === "resize") return podResizeErrors(next, old);
  const lists = [...containerListErrors(next, old, "containers"), ...containerListErrors(next, old, "initContainers")];
  if (lists.some((finding) => finding.reason === "Forbidden")) return lists;
  const deadline = deadlineErrors(next.spec.activeDeadlineSeconds, old.spec.activeDeadlineSeconds);
  const out = [
    ...podErrors(next),
    ...podAnnotationUpdateErrors(next.metadata.annotations, old.metadata.annotations),
    ...lists,
    ...deadline,
    ...tolerationErrors(next.spec.tolerations ?? [], old.spec.tolerations ?? []),
    ...schedulingGateErrors(next.spec, old.spec),
    ...gatedPlacementErrors(next.spec, old.spec),
  ];
  const rest = withOldChangeables(next.spec, old.spec);
  if (equalValues(rest, old.spec)) return out;
  const detail = `pod updates may not change fields other than ${CHANGEABLE}\n${differences(old.spec, rest, "spec").join("\n")}`;
  return [...out, forbidden(["spec"], detail)];
}

function containerListErrors(next: Pod, old: Pod, list: "containers" | "initContainers"): Findings {
  const after = next.spec[list] ?? [];
  if (after.length !== (old.spec[list] ?? []).length) {
    return [forbidden(["spec", list], "pod updates may not add or remove containers")];
  }
  return after.flatMap((container, index) =>
    (container.image ?? "") === "" ? [required(["spec", list, index, "image"])] : [],
  );
}

function deadlineErrors(next: number | undefined, old: number | undefined): Findings {
  const path = ["spec", "activeDeadlineSeconds"];
  if (next === undefined) {
    return old === undefined ? [] : [invalid(path, null, "must not update from a positive integer to nil value")];
  }
  if (next < 0 || next > INT32_MAX) return [invalid(path, next, `must be between 0 and ${INT32_MAX}, inclusive`)];
  return old !== undefined && old < next ? [invalid(path, next, "must be less than or equal to previous value")] : [];
}

function tolerationErrors(next: readonly Toleration[], old: readonly Toleration[]): Findings {
  const kept = old.every((before) =>
    next.some((after) => equalValues({ ...before, tolerationSeconds: after.tolerationSeconds }, after)),
  );
  if (kept) return [];
  return [forbidden(["spec", "tolerations"], "existing toleration can not be modified except its tolerationSeconds")];
}

function schedulingGateErrors(next: PodSpec, old: PodSpec): Findings {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  return (next.schedulingGates ?? []).flatMap(({ name }, index) => {
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return before.has(name) ? [] : [forbidden(["spec", "schedulingGates", index, "name"], detail)];
  });
}

/** The new spec with all that may change put back to what it was. */
function withOldChangeables(next: PodSpec, old: PodSpec): PodSpec {
  const negative = (old.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  const gated = (old.schedulingGates ?? []).length > 0;
  return {
    ...next,
    containers: withOldImages(next.containers, old.containers),
    ...(next.initContainers === undefined
      ? {}
      : { initContainers: withOldImages(next.initContainers, old.initContainers ?? []) }),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(negative ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds } : {}),
    ...(gated ? withOldPlacement(next, old) : {}),
  };
}

function withOldImages(next: readonly Container[], old: readonly Container[]): readonly Container[] {
  return next.map((container, index) => ({ ...container, image: old[index]?.image }));
}

/** Lines `path: old -> new` for each leaf that differs. */
function differences(old: unknown, next: unknown, path: string): readonly string[] {
  if (equalValues(old, next)) return [];
  if (isRecord(old) && isRecord(next)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(next)])];
    return names.flatMap((name) => differences(old[name], next[name], `${path}.${name}`));
  }
  if (Array.isArray(old) && Array.isArray(next)) {
    const length = Math.max(old.length, next.length);
    return Array.from({ length }, (_, i) => differences(old[i], next[i], `${path}[${i}]`)).flat();
  }
  return [`${path}: ${JSON.stringify(old) ?? "unset"} -> ${JSON.stringify(next) ?? "unset"}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ephemeralErrors(next: Pod, old: Pod): Findings {
  if (isMirrorPod(old)) {
    return [forbidden([], "static pods do not support ephemeral containers")];
  }
  const path = ["spec", "ephemeralContainers"];
  const after = new Map((next.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  return (old.spec.ephemeralContainers ?? []).flatMap((before) => {
    const container = after.get(before.name);
    const name = JSON.stringify(before.name);
    if (container === undefined) return [forbidden(path, `existing ephemeral containers ${name} may not be removed\n`)];
    if (equalValues(container, before)) return [];
    const lines = differences(before, container, "");
    return [forbidden(path, `existing ephemeral containers ${name} may not be changed\n${lines.join("\n")}`)];
  });
}

/** Of the status: addresses are addresses, and what has ended for good does not run again. */
export function podStatusUpdateErrors(next: Pod, old: Pod): Findings {
  const { status = {}, spec } = next;
  const nominated = status.nominatedNodeName;
  return [
    ...(nominated === old.status?.nominatedNodeName ? [] : checkSubdomain(["status", "nominatedNodeName"], nominated)),
    ...revivalErrors(status, old.status ?? {}, spec),
    ...addressErrors(
      (status.podIPs ?? []).map((one) => one.ip),
      "podIPs",
    ),
    ...addressErrors(
      (status.hostIPs ?? []).map((one) => one.ip),
      "hostIPs",
    ),
  ];
}

const STATUS_LISTS = [
  ["containerStatuses", "containers"],
  ["initContainerStatuses", "initContainers"],
] as const;

function revivalErrors(next: PodStatus, old: PodStatus, spec: PodSpec): Findings {
  if (allMayRunAgain(spec)) return [];
  return STATUS_LISTS.flatMap(([list, containers]) =>
    (old[list] ?? []).flatMap(({ name, state }, index) => {
      if (state?.terminated === undefined) return [];
      const { exitCode } = state.terminated;
      const revived = next[list]?.some((after) => after.name === name && after.state?.terminated === undefined);
      if (revived !== true) return [];
      const container = spec[containers]?.find((one) => one.name === name);
      if (container !== undefined && mayRunAgain(container, spec, exitCode)) return [];
      return [forbidden(["status", list, index, "state"], "may not be transitioned to non-terminated state")];
    }),
  );
}

function addressErrors(addresses: readonly string[], list: string): Findings {
  const path = ["status", list];
  const out: FieldError[] = addresses.flatMap((address, index) => checkIp([...path, index], address));
  const families = new Set(addresses.map((address) => parseIp(address)?.family));
  if (addresses.length > 1 && families.size !== addresses.length) {
    out.push(invalid(path, addresses, "may specify no more than one IP for each IP family"));
  }
  return out;
}
