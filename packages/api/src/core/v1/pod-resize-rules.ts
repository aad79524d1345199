import { type FieldError, forbidden, invalid, type Path, equalValues } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { Container } from "./container.ts";
import { isMirrorPod } from "./mirror-pod.ts";
import type { Pod } from "./pod.ts";
import { computeQosClass, isSidecar } from "./pod-resources.ts";
import type { ResourceRequirements } from "./resources.ts";

const SPEC: Path = ["spec"];

/** What a resize may change: amounts of processor and memory, which may not go away, in a pod whose node can do it. */
export function podResizeErrors(next: Pod, old: Pod): Findings {
  if (isMirrorPod(old)) {
    return [forbidden([], "static pods cannot be resized")];
  }
  if (old.spec.os?.name === "windows") return [forbidden([], "windows pods cannot be resized")];
  const out: FieldError[] = [];
  const qosClass = computeQosClass(next.spec);
  if (qosClass !== (old.status?.qosClass ?? computeQosClass(old.spec))) {
    out.push(invalid(SPEC, qosClass, "Pod QOS Class may not change as a result of resizing"));
  }
  if (!resizable(old)) out.push(forbidden(SPEC, "Pod running on node without support for resize"));
  out.push(...wholeErrors(next.spec.resources, old.spec.resources));
  const inits = next.spec.initContainers ?? [];
  inits.forEach((container, i) => out.push(...removalErrors("initContainers", i, container, old)));
  next.spec.containers.forEach((container, i) => out.push(...removalErrors("containers", i, container, old)));
  for (const [index, container] of next.spec.containers.entries()) {
    if (touchesOthers(container.resources, old.spec.containers[index]?.resources)) {
      out.push(forbidden(SPEC, "only cpu and memory resources are mutable"));
    }
  }
  return [...out, ...inits.flatMap((container, i) => initErrors(container, old.spec.initContainers?.[i], i))];
}

/** A kubelet that can resize reports what its containers have. Where none runs yet, the benefit of the doubt. */
function resizable({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function wholeErrors(next: ResourceRequirements | undefined, old: ResourceRequirements | undefined): Findings {
  const at = [...SPEC, "resources"];
  const out: FieldError[] = [];
  if (old !== undefined && next === undefined) return [forbidden(at, "pod-level resources cannot be removed")];
  for (const list of ["requests", "limits"] as const) {
    if (!amountsRemoved(next, old, list)) continue;
    out.push(forbidden([...at, list], `pod-level resource ${list} cannot be removed`));
  }
  if (touchesOthers(next, old)) out.push(forbidden(SPEC, "only cpu and memory resources are mutable at pod-level"));
  return out;
}

function removalErrors(list: "containers" | "initContainers", index: number, container: Container, old: Pod): Findings {
  const before = old.spec[list]?.[index]?.resources;
  return (["requests", "limits"] as const).flatMap((name) =>
    amountsRemoved(container.resources, before, name)
      ? [forbidden([...SPEC, list, index, "resources", name], `resource ${name} cannot be removed`)]
      : [],
  );
}

function initErrors(container: Container, before: Container | undefined, index: number): Findings {
  const at = [...SPEC, "initContainers", index];
  const out: FieldError[] = [];
  if (touchesOthers(container.resources, before?.resources)) {
    out.push(forbidden(at, "only cpu and memory resources for init or sidecar containers are mutable"));
  }
  if (isSidecar(container) || equalValues(container, before)) return out;
  if (container.resizePolicy?.some(({ restartPolicy }) => restartPolicy === "RestartContainer") === true) {
    const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
    out.push(forbidden(at, detail));
  }
  return out;
}

function amountsRemoved(
  next: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  list: "requests" | "limits",
): boolean {
  return Object.keys(old?.[list] ?? {}).some((name) => next?.[list]?.[name] === undefined);
}

function touchesOthers(next: ResourceRequirements | undefined, old: ResourceRequirements | undefined): boolean {
  return !equalValues(othersOf(next), othersOf(old));
}

function othersOf({ limits, requests, claims }: ResourceRequirements = {}): unknown {
  const rest = (amounts: Readonly<Record<string, string>> | undefined): unknown =>
    Object.fromEntries(Object.entries(amounts ?? {}).filter(([name]) => name !== "cpu" && name !== "memory"));
  return { limits: rest(limits), requests: rest(requests), claims };
}
