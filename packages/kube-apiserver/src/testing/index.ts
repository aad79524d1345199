import { TEST_VERSION } from "@skates/apiserver/testing";
import type { KubeApiServerOptions } from "../kube-api-server.ts";

/** For a server in this process that is asked without a network, in tests and benchmarks: no tokens, no kubelets. */
export function inProcess(): Pick<
  KubeApiServerOptions,
  "version" | "tokens" | "serviceCidrs" | "endpoint" | "kubelets"
> {
  return {
    version: TEST_VERSION,
    tokens: {
      signer: { keyId: "none", sign: () => Promise.reject(new Error("no tokens here")) },
      verifier: { verify: () => Promise.resolve(undefined), jwks: { keys: [] } },
      issuer: "https://kubernetes.default.svc.cluster.local",
    },
    serviceCidrs: ["10.96.0.0/16"],
    endpoint: { address: "192.0.2.10", port: 6443 },
    kubelets: () => () => Promise.reject(new Error("connection refused")),
  };
}
