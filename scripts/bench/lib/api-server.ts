import type { Env } from "@skates/component-base";
import { createKubeApiServer, type KubeApiServer } from "@skates/kube-apiserver";
import type { RevisionStore } from "@skates/storage";

/** An API server in this process, asked without a network: no tokens, no kubelets. */
export function benchApiServer(env: Env, store: RevisionStore): KubeApiServer {
  return createKubeApiServer({
    env,
    store,
    version: {
      major: "1",
      minor: "36",
      gitVersion: "v1.36.0",
      gitCommit: "",
      buildDate: "",
      platform: "",
      goVersion: "",
    },
    tokens: {
      signer: { keyId: "none", sign: () => Promise.reject(new Error("no tokens here")) },
      verifier: { verify: () => Promise.resolve(undefined), jwks: { keys: [] } },
      issuer: "https://kubernetes.default.svc",
    },
    serviceCidrs: ["10.96.0.0/16"],
    endpoint: { address: "192.0.2.1", port: 6443 },
    kubelets: () => () => Promise.reject(new Error("no kubelets here")),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  });
}
