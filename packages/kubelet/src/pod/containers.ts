import type { Container, ContainerRestartRule, EphemeralContainer, Pod } from "@skates/api/core/v1";

/** What the kubelet runs: a container of any of the three lists of a pod. */
export type AnyContainer = Container | EphemeralContainer;

export type ContainerKind = "init" | "regular" | "ephemeral";

export interface PodContainer {
  readonly kind: ContainerKind;
  readonly container: AnyContainer;
}

/** All containers of a pod in the order of the lists init, regular, ephemeral. */
export function podContainers(pod: Pod): readonly PodContainer[] {
  const of = (kind: ContainerKind, list: readonly AnyContainer[] | undefined): PodContainer[] =>
    (list ?? []).map((container) => ({ kind, container }));
  return [
    ...of("init", pod.spec.initContainers),
    ...of("regular", pod.spec.containers),
    ...of("ephemeral", pod.spec.ephemeralContainers),
  ];
}

export function findContainer(pod: Pod, name: string): PodContainer | undefined {
  return podContainers(pod).find((c) => c.container.name === name);
}

/** An init container that keeps running beside the regular ones. */
export function isSidecar(container: AnyContainer): boolean {
  return container.restartPolicy === "Always";
}

/** Whether a container that ended with this code is started again, by its own rules first, then its policy, then the pod's. */
export function restartsAfter(pod: Pod, found: PodContainer, exitCode: number): boolean {
  if (found.kind === "ephemeral") return false;
  const { container } = found;
  const rule = ruleFor(container, exitCode);
  if (rule?.action === "Restart" || rule?.action === "RestartAllContainers") return true;
  switch (container.restartPolicy ?? pod.spec.restartPolicy ?? "Always") {
    case "Never":
      return false;
    case "OnFailure":
      return exitCode !== 0;
    default:
      // A plain init container that has done its work is not started again, whatever the policy.
      return found.kind === "init" && container.restartPolicy === undefined ? exitCode !== 0 : true;
  }
}

/** Whether all containers of the pod are to be started again because this one ended with this code. */
export function restartsAllAfter(container: AnyContainer, exitCode: number): boolean {
  return ruleFor(container, exitCode)?.action === "RestartAllContainers";
}

/** The first of a container's own rules that is about this code. */
function ruleFor({ restartPolicyRules = [] }: AnyContainer, exitCode: number): ContainerRestartRule | undefined {
  return restartPolicyRules.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) === true;
    return exitCodes !== undefined && (exitCodes.operator === "NotIn" ? !listed : listed);
  });
}

/** Whether a container that the kubelet itself kills (failed probe) is started again. */
export function restartsAfterKill(pod: Pod, container: AnyContainer): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy ?? "Always") !== "Never";
}

export function isHostNetwork(pod: Pod): boolean {
  return pod.spec.hostNetwork === true;
}

/** Seconds between the request to stop and SIGKILL. */
export function graceSecondsOf(pod: Pod): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** `name_namespace(uid)`: how upstream's messages name a pod. */
export function formatPod(pod: Pod): string {
  return `${pod.metadata.name ?? ""}_${pod.metadata.namespace ?? ""}(${pod.metadata.uid ?? ""})`;
}
