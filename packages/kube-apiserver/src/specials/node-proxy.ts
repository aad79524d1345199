import { StatusError } from "@skates/apimachinery";
import type { SpecialHandler } from "@skates/apiserver";
import type { Kubelets } from "../kubelet/kubelets.ts";
import { parseProxyTarget, PROXY_VERBS, proxyPath, slashRedirect } from "./proxy-path.ts";
import { forwardToWorkload, originOf, portNumber, type WorkloadDialer } from "./workload-proxy.ts";

/**
 * `nodes/proxy`: any request to a node's kubelet, at the address that the node announces. Another port than the kubelet's is reached
 * without the server's credentials, and only at addresses that are not this machine's or its link's.
 */
export function nodeProxyHandler(kubelets: Kubelets, dial: WorkloadDialer | undefined): SpecialHandler {
  return {
    group: "",
    resource: "nodes",
    subresource: "proxy",
    verbs: PROXY_VERBS,
    async handle(call) {
      const { request, route } = call;
      const { scheme, name: node, port } = parseProxyTarget(route.name);
      const path = proxyPath(request.path, { plural: "nodes", name: route.name });
      const redirect = slashRedirect(request, path);
      if (redirect !== undefined) return redirect;
      const kubelet = port === "" ? undefined : await kubelets.address(node, request.signal);
      if (kubelet === undefined || Number(port) === kubelet.port)
        return await kubelets.forward(request, {
          node,
          path: path.rest === "" ? "/" : path.rest,
          query: request.query,
        });
      if (dial === undefined) throw new StatusError("ServiceUnavailable", "this server reaches kubelets only");
      const origin = originOf(scheme, kubelet.host, portNumber(port));
      return await forwardToWorkload(call, { dial, origin, path });
    },
  };
}
