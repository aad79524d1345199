import { createPublicKey } from "node:crypto";
import { join } from "node:path";
import { type Clock, OperatingError, type Random } from "@skates/component-base";
import type { CertificateTemplate, KeyPair, Pki, TokenKey } from "../pki.ts";
import { pemCertificates, pemPublicKeys } from "../pem-bundle.ts";
import { belongs } from "./belongs.ts";
import { ensureCertificate } from "./ensure-certificate.ts";
import { nodePki } from "./node-pki.ts";
import { readIfPresent, writeWhole } from "./pem-files.ts";

const DAY_MS = 86_400_000;
/** How long a CA lives. */
export const CA_VALID_MS = 3650 * DAY_MS;
const LEAF_VALID_MS = 365 * DAY_MS;

/** Certificates of the CA that earlier ones have signed, the newest first: with them, who trusts an earlier one verifies the API server. */
export const CROSS_FILE = "ca.cross.crt";

/** Certificates are renewed when less than this is left. */
export const RENEW_BEFORE_MS = 30 * DAY_MS;

export interface ClusterPkiOptions {
  /** `<data-dir>/pki`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Under which names and addresses the API is reached, from inside and outside. */
  readonly apiServer: { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] };
}

export interface NodeIdentity {
  readonly name: string;
  readonly ipAddresses: readonly string[];
  /** Further names that its server answers to. */
  readonly dnsNames?: readonly string[] | undefined;
}

/** All certificates and keys of a cluster. Names in brackets are upstream's files. */
export interface ClusterPki {
  /** [ca.crt, ca.key] Signs servers and clients. Behind the first certificate may stand those of earlier CAs, which still count. */
  readonly ca: KeyPair;
  /** [apiserver] Behind the certificate stand those by which clients that trust only an earlier CA can verify it. */
  readonly apiServer: KeyPair;
  /** [apiserver-kubelet-client] The API server as a client of kubelets. */
  readonly kubeletClient: KeyPair;
  /** [front-proxy-ca, front-proxy-client] The API server as a client of aggregated servers. */
  readonly frontProxyCa: KeyPair;
  readonly frontProxyClient: KeyPair;
  /** [etcd/ca, apiserver-etcd-client] What an etcd of the cluster trusts, and the API server as its client. */
  readonly etcdCa: KeyPair;
  readonly etcdClient: KeyPair;
  /** [sa.key, sa.pub] */
  readonly serviceAccount: TokenKey;
  /** All public keys of sa.pub, the current one first: tokens signed with earlier ones count too. */
  readonly serviceAccountKeys: readonly string[];
  /** `kubernetes-admin` in `system:masters`. */
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  /** A user of the `system:node-proxier` role. */
  readonly kubeProxy: KeyPair;
  /** A node's two certificates, made or renewed when needed: [kubelet-client-<node>, kubelet-<node>]. */
  node(identity: NodeIdentity): Promise<{ readonly client: KeyPair; readonly server: KeyPair }>;
  /** A client certificate for another component, kept as `<file>.crt`. */
  client(file: string, user: { readonly name: string; readonly groups: readonly string[] }): Promise<KeyPair>;
  /** The files, without ending, that were made or renewed just now. */
  readonly written: readonly string[];
}

/**
 * Loads a cluster's certificates, and makes those that are missing, do not match, lack a name or expire in less than 30 days. With
 * everything in place it only reads. Throws `CaKeyMissing` where something has to be signed by a CA whose key is not there.
 */
export async function ensureClusterPki(options: ClusterPkiOptions): Promise<ClusterPki> {
  const { directory, clock } = options;
  const pki = nodePki(options);
  const written: string[] = [];
  const files = { directory, clock, pki, written };
  const [ca, frontProxyCa, etcdCa, serviceAccount] = await Promise.all([
    ensureCa(files, "ca", "kubernetes"),
    ensureCa(files, "front-proxy-ca", "front-proxy-ca"),
    ensureCa(files, "etcd/ca", "etcd-ca"),
    ensureTokenKey(files),
  ]);
  const authority = ca.key === "" ? undefined : pki.authority(ca);
  const leaf = (file: string, template: Omit<CertificateTemplate, "validMs">, issuer = ca): Promise<KeyPair> =>
    ensureCertificate({
      ...files,
      file,
      issuer,
      authority: issuer === ca ? authority : undefined,
      template: { ...template, validMs: LEAF_VALID_MS },
      renewBeforeMs: RENEW_BEFORE_MS,
    });
  const client = (file: string, commonName: string, ...organizations: readonly string[]): Promise<KeyPair> =>
    leaf(file, { commonName, organizations, usages: ["client"] });

  const [apiServer, kubeletClient, frontProxyClient, etcdClient, admin, controllerManager, scheduler, kubeProxy] =
    await Promise.all([
      leaf("apiserver", { commonName: "kube-apiserver", ...options.apiServer, usages: ["server"] }),
      client("apiserver-kubelet-client", "kube-apiserver-kubelet-client"),
      leaf("front-proxy-client", { commonName: "front-proxy-client", usages: ["client"] }, frontProxyCa),
      leaf("apiserver-etcd-client", { commonName: "kube-apiserver-etcd-client", usages: ["client"] }, etcdCa),
      client("admin", "kubernetes-admin", "system:masters"),
      client("controller-manager", "system:kube-controller-manager"),
      client("scheduler", "system:kube-scheduler"),
      client("kube-proxy", "system:kube-proxy"),
    ]);
  const cross = (await readIfPresent(join(directory, CROSS_FILE))) ?? "";
  return {
    ca,
    apiServer: { ...apiServer, cert: apiServer.cert + cross },
    kubeletClient,
    frontProxyCa,
    frontProxyClient,
    etcdCa,
    etcdClient,
    serviceAccount,
    serviceAccountKeys: serviceAccount.publicKeys,
    admin,
    controllerManager,
    scheduler,
    kubeProxy,
    node: async ({ name, ipAddresses, dnsNames = [] }) => {
      const commonName = `system:node:${name}`;
      const [forClient, forServer] = await Promise.all([
        client(`kubelet-client-${name}`, commonName, "system:nodes"),
        leaf(`kubelet-${name}`, {
          commonName,
          organizations: ["system:nodes"],
          dnsNames: [name, ...dnsNames],
          ipAddresses,
          usages: ["server"],
        }),
      ]);
      return { client: forClient, server: forServer };
    },
    client: (file, user) => client(file, user.name, ...user.groups),
    written,
  };
}

interface Files {
  readonly directory: string;
  readonly clock: Clock;
  readonly pki: Pki;
  readonly written: string[];
}

async function ensureCa({ directory, clock, pki, written }: Files, file: string, commonName: string): Promise<KeyPair> {
  const path = join(directory, file);
  const [bundle, key] = await Promise.all([readIfPresent(`${path}.crt`), readIfPresent(`${path}.key`)]);
  const cert = bundle === undefined || key === undefined ? bundle : ownFirst(pki, bundle, key);
  if (cert !== undefined && cert !== bundle) await writeWhole(`${path}.crt`, cert, 0o600);
  if (cert !== undefined && key === undefined) {
    // Upstream's external CA: all it has signed is in place, or the next step fails for want of the key.
    naming(`${path}.crt`, () => pki.readCertificate(cert));
    return { cert, key: "" };
  }
  if (cert !== undefined && key !== undefined) {
    // Throws if they do not belong together: nothing is overwritten that others trust.
    naming(`${path}.crt with ${path}.key`, () => pki.authority({ cert, key }));
    if (pki.readCertificate(cert).notAfterMs - clock.nowMs() > RENEW_BEFORE_MS) return { cert, key };
    const renewed = await pki.renewCa({ cert, key }, CA_VALID_MS);
    const others = pemCertificates(cert).slice(1);
    return await writePair(path, { ...renewed, cert: [renewed.cert, ...others].join("") }, written, file);
  }
  return await writePair(path, await pki.createCa(commonName, CA_VALID_MS), written, file);
}

/** The bundle with the key's own certificate first, which stands further back where the making of a new key was cut short. */
function ownFirst(pki: Pki, bundle: string, key: string): string {
  const certs = pemCertificates(bundle);
  if (certs.length < 2) return bundle;
  const own = certs.find((cert) => belongs(pki, { cert, key }));
  return own === undefined || own === certs[0] ? bundle : [own, ...certs.filter((cert) => cert !== own)].join("");
}

/** What `read` throws, with the name of the file. */
function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new OperatingError("CertificateUnreadable", `${file} must be restored from a copy`, { cause });
  }
}

async function writePair(path: string, pair: KeyPair, written: string[], file: string): Promise<KeyPair> {
  await writeWhole(`${path}.key`, pair.key, 0o600);
  await writeWhole(`${path}.crt`, pair.cert, 0o600);
  written.push(file);
  return pair;
}

interface TokenKeys extends TokenKey {
  readonly publicKeys: readonly string[];
}

async function ensureTokenKey({ directory, pki, written }: Files): Promise<TokenKeys> {
  const path = join(directory, "sa");
  const known = await readIfPresent(`${path}.key`);
  if (known !== undefined) {
    try {
      const publicKey = createPublicKey(known).export({ type: "spki", format: "pem" }).toString();
      const kept = pemPublicKeys((await readIfPresent(`${path}.pub`)) ?? "");
      const [current] = kept;
      const publicKeys = current === publicKey ? kept : [publicKey, ...kept.filter((key) => key !== publicKey)];
      if (current !== publicKey) await writeWhole(`${path}.pub`, publicKeys.join(""), 0o600);
      return { privateKey: known, publicKey, publicKeys };
    } catch (thrown) {
      throw new OperatingError("CertificateUnreadable", `${path}.key is no private key in PEM`, { cause: thrown });
    }
  }
  const made = await pki.createTokenKey();
  await writeWhole(`${path}.key`, made.privateKey, 0o600);
  await writeWhole(`${path}.pub`, made.publicKey, 0o600);
  written.push("sa");
  return { ...made, publicKeys: [made.publicKey] };
}
