import { equalValues, type ObjectKey } from "@skates/apimachinery";
import { type ConfigMap, configMaps, type Namespace, namespaces } from "@skates/api/core/v1";
import { AUTHORITIES_LOOK_MS } from "../authorities.ts";
import { type Controller, creation, type Lister, NOTHING, type Plan, update, watch } from "@skates/controller-runtime";

/** What the plan of a namespace's CA bundle looks at. */
export interface RootCaView {
  readonly namespaces: Lister<Namespace>;
  readonly configMaps: Lister<ConfigMap>;
}

const NAME = "kube-root-ca.crt";
const DESCRIPTION = "kubernetes.io/description";
/** Upstream's text. */
const TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/** Gives every namespace a ConfigMap with the CA bundle (PEM) by which pods verify the API server. Keys are namespaces. */
export function rootCaController(caBundle: () => string): Controller<RootCaView> {
  return {
    name: "root-ca-certificate-publisher-controller",
    watches: [
      watch({ resource: namespaces, keys: ({ metadata: { name } }) => [{ name }] }),
      watch({
        resource: configMaps,
        keys: ({ metadata: { name, namespace = "" } }) => (name === NAME ? [{ name: namespace }] : []),
      }),
    ],
    view: (listers) => ({ namespaces: listers.for(namespaces), configMaps: listers.for(configMaps) }),
    plan: (view, key) => ({ ...planRootCa(view, key, caBundle()), requeueAfterMs: AUTHORITIES_LOOK_MS }),
  };
}

/** Makes the ConfigMap, or puts right what others changed in it. */
export function planRootCa(view: RootCaView, key: ObjectKey, caBundle: string): Plan {
  const namespace = view.namespaces.get(key);
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return NOTHING;
  const data = { "ca.crt": caBundle };
  const existing = view.configMaps.get({ namespace: key.name, name: NAME });
  if (existing === undefined) {
    const metadata = { name: NAME, namespace: key.name, annotations: { [DESCRIPTION]: TEXT } };
    return { stages: [[creation(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata, data })]] };
  }
  const { annotations } = existing.metadata;
  if (equalValues(existing.data, data) && (annotations?.[DESCRIPTION] ?? "") !== "") return NOTHING;
  const metadata = { ...existing.metadata, annotations: { ...annotations, [DESCRIPTION]: TEXT } };
  return { stages: [[update(configMaps, { ...existing, metadata, data })]] };
}
