import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { TaskGroup, type Component, type Env } from "@skates/component-base";
import { createKubeApiServer, type IdentityTrust, Issuers, type KubeApiServer } from "@skates/kube-apiserver";
import { type ClusterPki, nodePki } from "@skates/pki/node";
import type { TokenSigner } from "@skates/pki";
import type { RevisionStore } from "@skates/storage";
import { overWebSocket, serveHandler, type ServerTls } from "@skates/transport/node";
import { flagsFrom, type FlagValues } from "../cli/flags.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { auditFrom } from "../component-flags/audit.ts";
import { openEncryptedStore } from "../cluster/encrypted-store.ts";
import { storagePrefixOf } from "../cluster/store.ts";
import { proxyClientFrom } from "../component-flags/aggregation.ts";
import { admissionFrom } from "../component-flags/admission.ts";
import { authenticationFrom } from "../component-flags/authentication.ts";
import { authorizationFrom } from "../component-flags/authorization.ts";
import { trustFrom } from "../component-flags/identity.ts";
import { limitsFrom } from "../component-flags/limits.ts";
import { serviceAccountsFrom } from "../component-flags/service-accounts.ts";
import { tlsPolicyFrom } from "../component-flags/tls.ts";
import { nodePortsFrom } from "../component-flags/services.ts";
import { GIT_VERSION } from "../version.ts";
import { type Audit, createAudit } from "./audit.ts";
import { controllers } from "./controllers.ts";
import { type LivePki, openLivePki } from "./live-pki.ts";
import { liveTokens } from "./live-tokens.ts";
import { kubeletDialer } from "./kubelet-dialer.ts";
import { issuerKeys, webhookDialer } from "@skates/kube-apiserver/node";
import { workloadDialer } from "./workload-dialer.ts";
import { processEnv, watchForBugs } from "./process-env.ts";
import { type ReloadableFile, reloading } from "./reload.ts";
import { snapshotPath } from "./snapshot-path.ts";
import { featureGatesFrom, featureGatesText } from "../component-flags/feature-gates.ts";
import { schedulerConfigurationFrom } from "../component-flags/scheduler.ts";
import { schedulerThread } from "./scheduler-thread.ts";

/** API server, controllers and scheduler on the store of the data directory, until `signal` aborts. */
export async function runServer(paths: Paths, config: ClusterConfig, signal: AbortSignal): Promise<void> {
  const env = processEnv("server", featureGatesFrom(flagsFrom(config.flags ?? {})));
  watchForBugs(env);
  const address = hostAddress();
  const pki = await openLivePki({ paths, config, address, process: "server" }, env);
  const { store, encryption, upkeep } = await openEncryptedStore(paths, config, env);
  try {
    const { audit, sinks } = await createAudit(auditFrom(flagsFrom(config.flags ?? {}), paths.auditLog), env);
    const { api, files, signer } = await apiServer({
      config,
      env,
      pki,
      store,
      address,
      keyServices: () => encryption.problem(),
      audit,
    });
    await runAll(
      { api, signer, others: [upkeep, sinks, pki.renewal, reloading(env, files)] },
      { config, env, pki, address },
      signal,
    );
  } finally {
    await store.close();
  }
}

interface Surroundings {
  readonly config: ClusterConfig;
  readonly env: Env;
  readonly pki: LivePki;
  /** Of this machine. */
  readonly address: string;
}

async function apiServer({
  config,
  env,
  pki,
  store,
  address,
  keyServices,
  audit,
}: Surroundings & {
  readonly store: RevisionStore;
  readonly keyServices: () => string | undefined;
  readonly audit: Audit["audit"];
}): Promise<ApiServerParts> {
  const flags = flagsFrom(config.flags ?? {});
  const accounts = serviceAccountsFrom(flags, `https://kubernetes.default.svc.${config.clusterDomain}`);
  const trust = await pki.follow(async (at) => trustOf(config, at));
  const { tokens, replace } = await liveTokens(pki.current(), accounts, env.clock);
  pki.onChange(replace);
  const issuers = new Issuers({ keysOf: issuerKeys(env.clock), clock: env.clock });
  const authentication = await authenticationFrom(flags, { issuers, ownIssuers: accounts.issuers });
  const authorization = await authorizationFrom(flags);
  const proxyClient = proxyClientFrom(flags);
  const [major = "", minor = ""] = GIT_VERSION.slice(1).split(".");
  const api = createKubeApiServer({
    env,
    store,
    storagePrefix: storagePrefixOf(config),
    paths: [snapshotPath(store)],
    audit,
    health: [{ name: "kms-providers", of: "readyz", check: keyServices }],
    version: {
      major,
      minor,
      gitVersion: GIT_VERSION,
      gitCommit: "",
      buildDate: "1970-01-01T00:00:00Z",
      platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
      goVersion: `node${process.versions.node}`,
    },
    tokens,
    trust,
    authentication: authentication.settings,
    authorization: authorization.settings,
    ...limitsFrom(flags),
    serviceCidrs: [config.serviceCidr],
    nodePorts: nodePortsFrom(flags),
    admission: admissionFrom(flags),
    readRequest: (request) => nodePki(env).readRequest(request),
    endpoint: { address, port: config.apiPort },
    kubelets: kubeletDialer(pki.current),
    workloads: workloadDialer(),
    webhooks: webhookDialer(),
    proxyClient: () => proxyClient ?? pki.current().frontProxyClient,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    gzip: (chunk) => gzipSync(chunk, { level: 1 }),
    overWebSocket: overWebSocket(),
  });
  return {
    api,
    signer: tokens.signer,
    files: [...pki.files, ...trustFiles(flags, pki), ...authentication.files, ...authorization.files],
  };
}

/** The server, and the files that it reads again when they change. */
interface ApiServerParts {
  readonly api: KubeApiServer;
  readonly signer: TokenSigner;
  readonly files: readonly ReloadableFile[];
}

/** What the server shows, and whom it lets in. */
function servingTls(config: ClusterConfig, pki: ClusterPki): ServerTls {
  const { clientCa = "", requestHeader } = trustOf(config, pki);
  return { ...pki.apiServer, clientCas: [clientCa], frontProxyCas: [requestHeader?.clientCa ?? ""] };
}

/** Files of CAs besides the cluster's own: read again with its certificates. */
function trustFiles(flags: FlagValues, pki: LivePki): readonly ReloadableFile[] {
  return ["client-ca-file", "requestheader-client-ca-file"].flatMap((flag) => {
    const path = flags.string(flag) ?? "";
    return path === "" ? [] : [{ path, reload: pki.reload }];
  });
}

/** The cluster's own CAs and those of the flags' files. */
function trustOf(config: ClusterConfig, pki: ClusterPki): IdentityTrust {
  const flags = flagsFrom(config.flags ?? {});
  const withFile = (own: string, flag: string): string => {
    const file = flags.string(flag);
    return file === undefined || file === "" ? own : `${own.trimEnd()}\n${readFileSync(file, "utf8")}`;
  };
  return trustFrom(flags, {
    clientCa: withFile(pki.ca.cert, "client-ca-file"),
    frontProxyCa: withFile(pki.frontProxyCa.cert, "requestheader-client-ca-file"),
  });
}

/** Starts everything and listens; ends when one part fails or `signal` aborts. */
async function runAll(
  { api, signer, others }: Omit<ApiServerParts, "files"> & { readonly others: readonly Component[] },
  { config, env, pki, address }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const group = new TaskGroup(signal);
  const components: readonly Component[] = [
    ...others,
    api,
    controllers({ api, config, env, signer, pki: pki.current, address }),
    schedulerThread(
      api.loopback({ name: "system:kube-scheduler", groups: [] }),
      {
        configuration: schedulerConfigurationFrom(flagsFrom(config.flags ?? {})),
        featureGates: featureGatesText(flagsFrom(config.flags ?? {})),
      },
      env.metrics,
    ),
  ];
  const tls = servingTls(config, pki.current());
  const policy = tlsPolicyFrom(flagsFrom(config.flags ?? {}));
  const listen = { handler: api.handler, tls, policy, port: config.apiPort, log: env.log, clock: env.clock };
  const listeners = await Promise.all(["127.0.0.1", address].map((at) => serveHandler({ ...listen, address: at })));
  pki.onChange((next) => {
    for (const listener of listeners) listener.replaceTls(servingTls(config, next));
  });
  env.log.info("API server listens", { address, port: config.apiPort });
  try {
    for (const component of components) group.spawn((inner) => component.run(inner));
    await group.join();
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}
