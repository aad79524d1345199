import type { EtcdConfig } from "../cluster/config.ts";
import { usageError } from "./errors.ts";
import type { FlagSpecs, FlagValues } from "./flags.ts";

/** Where the objects are, with the names of kube-apiserver's flags. */
export const ETCD_FLAGS: FlagSpecs = {
  "etcd-servers": {
    type: "string",
    value: "URLS",
    doc: "Keep objects in this etcd (comma-separated, https://host:2379), not in the data directory.",
  },
  "etcd-cafile": { type: "file", value: "FILE", doc: "Authority that signed etcd's certificate." },
  "etcd-certfile": { type: "file", value: "FILE", doc: "Certificate to show to etcd." },
  "etcd-keyfile": { type: "file", value: "FILE", doc: "Its key." },
  "etcd-prefix": { type: "string", value: "PATH", doc: "What all keys start with (default /registry)." },
};

/** The etcd that the flags name; undefined when they name none. */
export function etcdFrom(flags: FlagValues): EtcdConfig | undefined {
  const servers = (flags.string("etcd-servers") ?? "").split(",").filter((server) => server !== "");
  if (servers.length === 0) {
    const stray = Object.keys(ETCD_FLAGS).find((name) => flags.string(name) !== undefined);
    if (stray !== undefined) throw usageError(`--${stray} needs --etcd-servers with the addresses of etcd`);
    return undefined;
  }
  for (const server of servers) {
    if (!/^https?:\/\/[^/\s]+$/.test(server)) {
      throw usageError(`invalid value ${JSON.stringify(server)} for flag --etcd-servers: https://host:2379`);
    }
  }
  const [certFile, keyFile] = [flags.string("etcd-certfile"), flags.string("etcd-keyfile")];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw usageError("--etcd-certfile and --etcd-keyfile go together: name both or none");
  }
  const prefix = `/${(flags.string("etcd-prefix") ?? "/registry").replace(/^\/+|\/+$/g, "")}`;
  return { servers, prefix, caFile: flags.string("etcd-cafile"), certFile, keyFile };
}
