import { dump } from "js-yaml";
import type { KeyPair } from "./pki.ts";

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly cluster: string;
  readonly user: string;
  readonly context: string;
  readonly namespace?: string | undefined;
  readonly credentials: KeyPair | { readonly token: string };
}

/** What is published of a cluster as `kube-public/cluster-info`: where it is and by which CA it is known. Nobody's credentials. */
export function renderClusterInfo({ server, ca }: Pick<KubeconfigOptions, "server" | "ca">): string {
  const cluster = { "certificate-authority-data": base64(ca), server };
  return dump({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "", cluster }],
    users: null,
    contexts: null,
    "current-context": "",
    preferences: {},
  });
}

/** A kubeconfig with one cluster, user and context, everything inline. */
export function renderKubeconfig(options: KubeconfigOptions): string {
  const { cluster, user, context, namespace, credentials } = options;
  return dump({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: cluster, cluster: { "certificate-authority-data": base64(options.ca), server: options.server } },
    ],
    users: [
      {
        name: user,
        user:
          "token" in credentials
            ? { token: credentials.token }
            : {
                "client-certificate-data": base64(credentials.cert),
                "client-key-data": base64(credentials.key),
              },
      },
    ],
    contexts: [{ name: context, context: { cluster, user, ...(namespace === undefined ? {} : { namespace }) } }],
    "current-context": context,
    preferences: {},
  });
}

/** PEM is ASCII. */
function base64(pem: string): string {
  return btoa(pem);
}
