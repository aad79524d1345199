import type { Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";

export const SERVICE_NAME = "kubernetes.io/service-name";
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const HEADLESS = "service.kubernetes.io/headless";
/** Who manages the slices that we make; upstream's name, which other programs look for. */
export const MANAGER = "endpointslice-controller.k8s.io";
const RESERVED = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS]);

/** The labels of a service's slices: the service's own, and by which slices are found. */
export function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(service.metadata.labels ?? {})) if (!RESERVED.has(name)) out[name] = value;
  out[SERVICE_NAME] = service.metadata.name;
  out[MANAGED_BY] = MANAGER;
  if (headless(service)) out[HEADLESS] = "";
  return out;
}

function headless(service: Service): boolean {
  const { clusterIP } = service.spec ?? {};
  return clusterIP === undefined || clusterIP === "" || clusterIP === "None";
}

/** Index of the slices that we manage, by `namespace/service`. */
export function byService(slice: EndpointSlice): readonly string[] {
  const { namespace = "", labels = {} } = slice.metadata;
  const service = labels[SERVICE_NAME];
  return labels[MANAGED_BY] === MANAGER && service !== undefined ? [`${namespace}/${service}`] : [];
}
