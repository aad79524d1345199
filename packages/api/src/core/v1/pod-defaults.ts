import { mapOf, parseQuantity } from "@skates/apimachinery";
import { mapShared } from "../../share.ts";
import type { Container, ContainerPort, EphemeralContainer } from "./container.ts";
import { defaultPullPolicy } from "./image-tag.ts";
import type { Pod } from "./pod.ts";
import type { PodSpec } from "./pod-spec.ts";
import { podLevelDefaults } from "./pod-level-resources.ts";
import type { ResourceRequirements } from "./resources.ts";
import type { Volume } from "./volume.ts";

type Quantities = Readonly<Record<string, string>>;

/** What only pods get, not the templates of pods: requests from limits, host ports of the host network, service links. */
export function podDefaults(pod: Pod): Pod {
  const { spec } = pod;
  const ports = (c: Container): Container => (spec.hostNetwork === true ? hostPortDefaults(c) : c);
  const containers = mapShared(spec.containers, (c) => requestDefaults(ports(c)));
  const initContainers =
    spec.initContainers === undefined ? undefined : mapShared(spec.initContainers, (c) => requestDefaults(ports(c)));
  let next: PodSpec = spec;
  if (containers !== spec.containers || initContainers !== spec.initContainers) {
    next = { ...next, containers, initContainers };
  }
  next = podLevelDefaults(next);
  if (next.enableServiceLinks === undefined) next = { ...next, enableServiceLinks: true };
  return next === spec ? pod : { ...pod, spec: next };
}

/** Each limit without a request becomes the request too. */
function requestDefaults(container: Container): Container {
  const { resources } = container;
  const limits = resources?.limits;
  if (limits === undefined) return container;
  const missing = Object.keys(limits).filter((name) => resources?.requests?.[name] === undefined);
  if (missing.length === 0) return container;
  const requests: Record<string, string> = mapOf(resources?.requests ?? {});
  for (const name of missing) requests[name] = limits[name] ?? "0";
  return { ...container, resources: { ...resources, requests } };
}

/** On the host's network a container's port is the host's port. */
function hostPortDefaults(container: Container): Container {
  if (container.ports === undefined) return container;
  const ports = mapShared(container.ports, (port: ContainerPort) =>
    port.hostPort === undefined || port.hostPort === 0 ? { ...port, hostPort: port.containerPort } : port,
  );
  return ports === container.ports ? container : { ...container, ports };
}

/** For pods and every template of pods: an empty security context, and the old alias of the service account's name. */
export function podSpecDefaults(spec: PodSpec): PodSpec {
  const account = spec.serviceAccountName || spec.serviceAccount || undefined;
  const stale = (spec.serviceAccountName || undefined) !== account || (spec.serviceAccount || undefined) !== account;
  const named = stale ? { ...spec, serviceAccountName: account, serviceAccount: account } : spec;
  const overhead = wholeMilli(named.overhead);
  const rounded = overhead === named.overhead ? named : { ...named, overhead };
  return rounded.securityContext === undefined ? { ...rounded, securityContext: {} } : rounded;
}

/** Pull policy by the image's tag. */
export function containerDefaults(container: Container): Container {
  if (container.imagePullPolicy !== undefined) return container;
  return { ...container, imagePullPolicy: defaultPullPolicy(container.image ?? "") };
}

/** As for other containers; a rule of its own as its struct is another. */
export function ephemeralContainerDefaults(container: EphemeralContainer): EphemeralContainer {
  if (container.imagePullPolicy !== undefined) return container;
  return { ...container, imagePullPolicy: defaultPullPolicy(container.image ?? "") };
}

/** A volume without any source is an emptyDir; an image volume pulls as a container would. */
export function volumeDefaults(volume: Volume): Volume {
  const { image } = volume;
  if (image !== undefined && image.pullPolicy === undefined) {
    return { ...volume, image: { ...image, pullPolicy: defaultPullPolicy(image.reference ?? "") } };
  }
  const bare = Object.entries(volume).every(([key, value]) => key === "name" || value === undefined);
  return bare ? { ...volume, emptyDir: {} } : volume;
}

/** Amounts are rounded up to thousandths. */
export function resourceDefaults<T extends Pick<ResourceRequirements, "limits" | "requests">>(resources: T): T {
  const limits = wholeMilli(resources.limits);
  const requests = wholeMilli(resources.requests);
  return limits === resources.limits && requests === resources.requests
    ? resources
    : { ...resources, limits, requests };
}

/** The same map with each quantity rounded up to a multiple of 1/1000. In canonical text only `n` and `u` mean less. */
export function wholeMilli(quantities: Quantities | undefined): Quantities | undefined {
  const fine = Object.entries(quantities ?? {}).filter(([, text]) => /[nu]$/.test(text));
  if (fine.length === 0) return quantities;
  const out: Record<string, string> = mapOf(quantities ?? {});
  for (const [name, text] of fine) out[name] = parseQuantity(`${parseQuantity(text).milliValue()}m`).toString();
  return out;
}
