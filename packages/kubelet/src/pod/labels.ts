import type { Pod } from "@skates/api/core/v1";
import type { RuntimeContainer, Sandbox } from "../runtime.ts";
import { containerHash } from "./container-hash.ts";
import type { AnyContainer } from "./containers.ts";

/** Labels and annotations by which containers are found again after a restart: upstream's names. */
export const POD_NAME = "io.kubernetes.pod.name";
export const POD_NAMESPACE = "io.kubernetes.pod.namespace";
export const POD_UID = "io.kubernetes.pod.uid";
export const CONTAINER_NAME = "io.kubernetes.container.name";
export const CONTAINER_HASH = "io.kubernetes.container.hash";
const RESTART_COUNT = "io.kubernetes.container.restartCount";
const TERMINATION_MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
const TERMINATION_MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
const POD_GRACE = "io.kubernetes.pod.terminationGracePeriod";
const DELETION_GRACE = "io.kubernetes.pod.deletionGracePeriod";
export const PRE_STOP = "io.kubernetes.container.preStopHandler";
const PORTS = "io.kubernetes.container.ports";

type Texts = Readonly<Record<string, string>>;

function identity(pod: Pod): Texts {
  const { name, namespace, uid } = pod.metadata;
  return { [POD_NAME]: name ?? "", [POD_NAMESPACE]: namespace ?? "", [POD_UID]: uid ?? "" };
}

export function sandboxLabels(pod: Pod): Texts {
  return { ...pod.metadata.labels, ...identity(pod) };
}

export function containerLabels(pod: Pod, container: AnyContainer): Texts {
  return { ...identity(pod), [CONTAINER_NAME]: container.name };
}

export function containerAnnotations(pod: Pod, container: AnyContainer, restartCount: number): Texts {
  const { deletionGracePeriodSeconds: deletion } = pod.metadata;
  const { terminationGracePeriodSeconds: grace } = pod.spec;
  const preStop = container.lifecycle?.preStop;
  return {
    [CONTAINER_HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [TERMINATION_MESSAGE_PATH]: container.terminationMessagePath ?? "",
    [TERMINATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? "",
    ...(deletion === undefined ? {} : { [DELETION_GRACE]: String(deletion) }),
    ...(grace === undefined ? {} : { [POD_GRACE]: String(grace) }),
    ...(preStop === undefined ? {} : { [PRE_STOP]: JSON.stringify(preStop) }),
    ...((container.ports ?? []).length === 0 ? {} : { [PORTS]: JSON.stringify(container.ports) }),
  };
}

export function podUidOf(from: Pick<Sandbox | RuntimeContainer, "labels">): string | undefined {
  return from.labels[POD_UID];
}

/** How often the container had been started before this time. */
export function restartCountOf(container: RuntimeContainer): number {
  const count = Number(container.annotations[RESTART_COUNT] ?? container.attempt);
  return Number.isSafeInteger(count) ? count : container.attempt;
}
