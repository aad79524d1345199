import type { SpecialHandler } from "@skates/apiserver";
import type { Kubelets } from "../kubelet/kubelets.ts";
import { parseProxyTarget, pathBehindProxy } from "./proxy-path.ts";

/** Every verb that HTTP has a method for. */
export const PROXY_VERBS = ["get", "create", "update", "patch", "delete"] as const;

/** `nodes/proxy`: any request to a node's kubelet, at the address that the node announces. */
export function nodeProxyHandler(kubelets: Kubelets): SpecialHandler {
  return {
    group: "",
    resource: "nodes",
    subresource: "proxy",
    verbs: PROXY_VERBS,
    async handle({ request, route }) {
      const { name: node } = parseProxyTarget(route.name);
      const path = pathBehindProxy(request.path, { plural: "nodes", name: route.name });
      return await kubelets.forward(request, { node, path, query: request.query });
    },
  };
}
