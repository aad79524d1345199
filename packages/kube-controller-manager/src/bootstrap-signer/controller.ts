import { type ConfigMap, configMaps, type Secret, secrets } from "@skates/api/core/v1";
import { equalValues, type ObjectKey } from "@skates/apimachinery";
import { type Controller, creation, type Lister, NOTHING, type Plan, update, watch } from "@skates/controller-runtime";
import { AUTHORITIES_LOOK_MS } from "../authorities.ts";
import { bootstrapTokenOf, TOKEN_NAMESPACE, watchTokens } from "../bootstrap-token/bootstrap-token.ts";

export interface BootstrapSignerView {
  readonly configMaps: Lister<ConfigMap>;
  readonly secrets: Lister<Secret>;
}

export interface ClusterInfoOptions {
  /** A kubeconfig that says where the API is and by which CA it is known; no user. */
  readonly kubeconfig: () => string;
  /** What a node that joins has to know of the cluster, by name. */
  readonly node: Readonly<Record<string, string>>;
  /** A signature of a text that is kept elsewhere, as RFC 7515 has it, with a token's secret. */
  readonly sign: (text: string, token: { readonly id: string; readonly secret: string }) => string;
}

const CLUSTER_INFO: ObjectKey = { namespace: "kube-public", name: "cluster-info" };
const NODE: ObjectKey = { namespace: TOKEN_NAMESPACE, name: "skates-node" };
const SIGNATURE = "jws-kubeconfig-";

/**
 * Publishes what a node needs to join: `kube-public/cluster-info`, which everybody may read, with a signature for each token by which
 * its holder knows that the cluster means it; and `kube-system/skates-node` for those who have shown a token. Upstream leaves making the
 * first one to kubeadm.
 */
export function bootstrapSignerController(options: ClusterInfoOptions): Controller<BootstrapSignerView> {
  const published = [CLUSTER_INFO, NODE];
  return {
    name: "bootstrap-signer",
    watches: [
      watch({
        resource: configMaps,
        keys: ({ metadata: { namespace, name } }) => {
          // The namespace's first ConfigMap is everywhere: it starts us where ours is not there yet.
          if (name === "kube-root-ca.crt") return published.filter((key) => key.namespace === namespace);
          return published.filter((key) => key.namespace === namespace && key.name === name);
        },
      }),
      watchTokens(() => CLUSTER_INFO),
    ],
    view: (listers) => ({ configMaps: listers.for(configMaps), secrets: listers.for(secrets) }),
    plan(view, key, nowMs) {
      if (key.name === NODE.name) return planConfigMap(view, key, options.node);
      return planClusterInfo(view, options, nowMs);
    },
  };
}

/** The kubeconfig with the signatures of all tokens that sign now. */
export function planClusterInfo(view: BootstrapSignerView, options: ClusterInfoOptions, nowMs: number): Plan {
  const kubeconfig = options.kubeconfig();
  const tokens = view.secrets
    .list(TOKEN_NAMESPACE)
    .flatMap((secret) => bootstrapTokenOf(secret) ?? [])
    .filter(({ signs, expiresMs }) => signs && (expiresMs === undefined || expiresMs > nowMs));
  const signatures = tokens.map((token) => [SIGNATURE + token.id, options.sign(kubeconfig, token)] as const);
  // What others keep there is theirs; a signature of a token that has ended is nobody's.
  const others = Object.entries(view.configMaps.get(CLUSTER_INFO)?.data ?? {}).filter(
    ([name]) => !name.startsWith(SIGNATURE),
  );
  const data = { ...Object.fromEntries(others), kubeconfig, ...Object.fromEntries(signatures) };
  const plan = planConfigMap(view, CLUSTER_INFO, data);
  const ends = tokens.flatMap(({ expiresMs }) => expiresMs ?? []);
  return { ...plan, requeueAfterMs: Math.min(AUTHORITIES_LOOK_MS, ...ends.map((endMs) => endMs - nowMs)) };
}

function planConfigMap(view: BootstrapSignerView, key: ObjectKey, data: Readonly<Record<string, string>>): Plan {
  const existing = view.configMaps.get(key);
  if (existing === undefined) {
    return { stages: [[creation(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: key, data })]] };
  }
  return equalValues(existing.data, data) ? NOTHING : { stages: [[update(configMaps, { ...existing, data })]] };
}
