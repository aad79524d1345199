import type { Handler } from "@skates/apimachinery";
import type { KubeletDialer } from "@skates/kube-apiserver";
import type { ClusterPki } from "@skates/pki/node";
import { liveHttps } from "./live-https.ts";

/** Connections to kubelets under the API server's identity, kept for each address. */
export function kubeletDialer(pki: () => ClusterPki): KubeletDialer {
  const handlers = new Map<string, Handler>();
  return ({ node, host, port }) => {
    const server = `https://${host}:${port}`;
    let handler = handlers.get(server);
    if (handler === undefined) {
      // The certificate names the node and its address: whoever has the address by now cannot pass for it.
      handler = liveHttps(() => ({
        server,
        ca: pki().ca.cert,
        ...pki().kubeletClient,
        userAgent: "kube-apiserver",
        serverName: node,
      })).handler;
      handlers.set(server, handler);
    }
    return handler;
  };
}
