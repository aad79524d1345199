import type { SpecialHandler } from "@skates/apiserver";
import type { Kubelets } from "../kubelet/kubelets.ts";

const SEGMENT = "/proxy";

/** `nodes/proxy`: any request to a node's kubelet. */
export function nodeProxyHandler(kubelets: Kubelets): SpecialHandler {
  return {
    group: "",
    resource: "nodes",
    subresource: "proxy",
    verbs: ["get", "create", "update", "patch", "delete"],
    async handle({ request, route }) {
      // A node may be named `name:port` or `https:name:port`; the kubelet's own address counts in any case.
      const [name = ""] = route.name.replace(/^https?:/, "").split(":");
      const prefix = `/nodes/${encodeURIComponent(route.name)}${SEGMENT}`;
      const at = decodedIndex(request.path, prefix, route.name);
      const path = request.path.slice(at);
      return await kubelets.forward(request, { node: name, path: path === "" ? "/" : path, query: request.query });
    },
  };
}

/** Where the path behind `proxy` begins; the name may have been sent with or without escapes. */
function decodedIndex(path: string, encoded: string, name: string): number {
  const found = path.indexOf(encoded);
  if (found >= 0) return found + encoded.length;
  const plain = `/nodes/${name}${SEGMENT}`;
  return path.indexOf(plain) + plain.length;
}
