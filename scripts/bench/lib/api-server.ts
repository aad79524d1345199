import type { Env } from "@skates/component-base";
import { createKubeApiServer, type KubeApiServer } from "@skates/kube-apiserver";
import { inProcess } from "@skates/kube-apiserver/testing";
import type { RevisionStore } from "@skates/storage";

/** An API server in this process, asked without a network: no tokens, no kubelets. */
export function benchApiServer(env: Env, store: RevisionStore): KubeApiServer {
  return createKubeApiServer({
    env,
    store,
    ...inProcess(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  });
}
