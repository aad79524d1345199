import type { PluginOffer } from "../plugins/plugin-offer.ts";

/** Services by which drivers prepare devices, as plugins name them, with the names that gRPC knows them by. */
const SERVICES = {
  "v1.DRAPlugin": "k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin",
  "v1beta1.DRAPlugin": "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin",
} as const;

export type DraService = (typeof SERVICES)[keyof typeof SERVICES];

/** The first service of a plugin that the kubelet knows; undefined: there is none. */
export function draService({ versions }: PluginOffer): DraService | undefined {
  for (const version of versions) {
    if (version === "v1.DRAPlugin" || version === "v1beta1.DRAPlugin") return SERVICES[version];
  }
  return undefined;
}

/** Why a plugin is not taken as a driver of devices, in upstream's words; undefined: it is. */
export function draRefusal(offer: PluginOffer): string | undefined {
  const { name, endpoint, versions } = offer;
  if (name === "") return "DRA driver name is empty";
  if (draService(offer) !== undefined) return undefined;
  const why =
    versions.length === 0
      ? "empty list of supported gRPC services (aka supported versions)"
      : `none of services supported by the plugin (${quoted(versions)}) are supported by the kubelet (${quoted(Object.keys(SERVICES))})`;
  return `invalid supported gRPC versions of DRA driver plugin ${name} at endpoint ${endpoint}: ${why}`;
}

function quoted(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(" ")}]`;
}
