import type { Container, EphemeralContainer, PodSpec, PodSecurityContext, SecurityContext } from "@skates/api/core/v1";

/** A pod, or what a workload would make pods of. */
export interface CheckedPod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined } | undefined;
  readonly spec: PodSpec;
}

/** What a pod does that a level forbids. */
export interface Violation {
  /** A few words: `host namespaces`. */
  readonly reason: string;
  /** Where: `hostNetwork=true`. */
  readonly detail: string;
}

/** Undefined: the pod is as the level wants it. */
export type Check = (pod: CheckedPod) => Violation | undefined;

export type AnyContainer = Container | EphemeralContainer;

/** Every container, in the order in which messages name them. */
export function containersOf({ spec }: CheckedPod): readonly AnyContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers that `is` holds for. */
export function containersThat(pod: CheckedPod, is: (container: AnyContainer) => boolean): readonly string[] {
  return containersOf(pod)
    .filter(is)
    .map(({ name }) => name);
}

/** `"a", "b"`. */
export function quoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(", ");
}

/** Each once, in the order of their characters. */
export function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}

/** `volume` or `volumes`. */
export function plural(singular: string, count: number): string {
  return count === 1 ? singular : `${singular}s`;
}

/** `container "a"`, `containers "a", "b"`. */
export function named(containers: readonly string[]): string {
  return `${plural("container", containers.length)} ${quoted(containers)}`;
}

/** Who sets something wrong: `pod and container "a"`; empty: nobody. */
export function setters(byPod: boolean, containers: readonly string[]): string {
  return [...(byPod ? ["pod"] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(" and ");
}

/** Containers of Windows take none of the settings of Linux. */
export function exceptWindows(check: Check): Check {
  return (pod) => (pod.spec.os?.name === "windows" ? undefined : check(pod));
}

/** Root in a pod with users of its own is nobody on the node. */
export function exceptOwnUsers(check: Check): Check {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod));
}

/** A setting that the pod and each container may have. */
export type Setting<T> = (context: PodSecurityContext | SecurityContext | undefined) => T | undefined;

/** Who has a value of the setting that is not allowed, and which values these are. */
export function forbiddenValues(
  pod: CheckedPod,
  setting: Setting<string>,
  allowed: (value: string) => boolean,
): { readonly setters: string; readonly values: readonly string[] } {
  const isBad = (value: string | undefined): value is string => value !== undefined && !allowed(value);
  const ofPod = setting(pod.spec.securityContext);
  const values = containersOf(pod).map(({ securityContext }) => setting(securityContext));
  return {
    setters: setters(
      isBad(ofPod),
      containersThat(pod, ({ securityContext }) => isBad(setting(securityContext))),
    ),
    values: distinct([ofPod, ...values].filter(isBad)),
  };
}
