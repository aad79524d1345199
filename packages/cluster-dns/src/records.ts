import type { Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import type { Lister } from "@skates/controller-runtime";
import { type Answer, type Question, RCODE, type RecordData, type ResourceRecord, TYPE } from "./message.ts";
import { below, labelsOf, type Name } from "./name.ts";

/** What the names are made from. Slices are indexed under `service` by `namespace/name`, and under `address`; services under `address`. */
export interface Cluster {
  /** `cluster.local` */
  readonly domain: Name;
  readonly services: Lister<Service>;
  readonly slices: Lister<EndpointSlice>;
  readonly ttlSeconds: number;
}

/** The version of the specification that these names follow: github.com/kubernetes/dns, docs/specification.md. */
const SPECIFICATION = "1.1.0";

/** Answers a question about the cluster's own names; undefined if the name is none of them. */
export function answerFor(question: Question, cluster: Cluster): Answer | undefined {
  const { name, type } = question;
  const address = reverseAddress(name);
  if (address !== undefined) return pointerAnswer(question, address, cluster);
  const rest = below(name, cluster.domain);
  if (rest === undefined) return undefined;
  const found = recordsOf(rest, name, cluster);
  if (found === undefined) return none(RCODE.nameError, cluster);
  const matching = found.records.filter(
    ({ data }) => type === TYPE.ANY || TYPE[data.type] === type || data.type === "CNAME",
  );
  if (matching.length === 0) return none(RCODE.noError, cluster);
  return { rcode: RCODE.noError, authoritative: true, answers: matching, additional: found.additional };
}

interface Found {
  readonly records: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

/** All records of a name, or undefined if there is no such name. `rest` is the name without the cluster's domain. */
function recordsOf(rest: string, name: Name, cluster: Cluster): Found | undefined {
  if (rest === "") return plain([{ name, ttlSeconds: cluster.ttlSeconds, data: authority(cluster) }]);
  if (rest === "dns-version")
    return plain([{ name, ttlSeconds: cluster.ttlSeconds, data: { type: "TXT", texts: [SPECIFICATION] } }]);
  const labels = labelsOf(rest);
  const branch = labels.at(-1);
  if (branch === "pod") return podRecords(labels.slice(0, -1), name, cluster);
  if (branch !== "svc") return undefined;
  const path = labels.slice(0, -1);
  // `svc` and a namespace are names without records of their own.
  if (path.length === 0) return plain([]);
  const namespace = path.at(-1) ?? "";
  if (path.length === 1) return cluster.services.list(namespace).length > 0 ? plain([]) : undefined;
  const service = cluster.services.get({ namespace, name: path.at(-2) ?? "" });
  return service === undefined ? undefined : serviceRecords(service, path.slice(0, -2), name, cluster);
}

function plain(records: readonly ResourceRecord[]): Found {
  return { records, additional: [] };
}

/** `10-244-0-5.default.pod`: the address is in the name, whether or not there is such a pod, as CoreDNS does it by default. */
function podRecords(path: readonly string[], name: Name, cluster: Cluster): Found | undefined {
  if (path.length === 0) return plain([]);
  const [label = "", namespace = ""] = path.length === 1 ? ["", path[0]] : path;
  if (path.length > 2 || cluster.services.list(namespace).length === 0) return undefined;
  if (label === "") return plain([]);
  const data = addressData(label.replaceAll("-", ".")) ?? addressData(label.replaceAll("-", ":"));
  return data === undefined ? undefined : plain([{ name, ttlSeconds: cluster.ttlSeconds, data }]);
}

function serviceRecords(service: Service, path: readonly string[], name: Name, cluster: Cluster): Found | undefined {
  const { ttlSeconds } = cluster;
  const record = (data: RecordData): ResourceRecord => ({ name, ttlSeconds, data });
  const { spec } = service;
  if (spec.type === "ExternalName") {
    if (path.length > 0 || spec.externalName === undefined) return undefined;
    return plain([record({ type: "CNAME", target: spec.externalName.toLowerCase().replace(/\.$/, "") })]);
  }
  const headless = spec.clusterIP === "None";
  if (path.length === 2) return portRecords(service, path, name, cluster);
  if (!headless) {
    if (path.length > 0) return undefined;
    return plain(
      clusterAddresses(service)
        .flatMap((address) => [addressData(address)].flatMap(defined))
        .map(record),
    );
  }
  const backends = backendsOf(service, cluster);
  const chosen = path.length === 0 ? backends : backends.filter((b) => b.label === path[0]);
  if (path.length > 1 || chosen.length === 0) return undefined;
  const unique = [...new Set(chosen.map((b) => b.address))];
  return plain(unique.flatMap((address) => defined(addressData(address))).map(record));
}

/** `_http._tcp.web.default.svc`: SRV records that point to the service, or to each backend of a headless one. */
function portRecords(service: Service, path: readonly string[], name: Name, cluster: Cluster): Found | undefined {
  const [portLabel = "", protocolLabel = ""] = path;
  if (!portLabel.startsWith("_") || !protocolLabel.startsWith("_")) return undefined;
  const port = portLabel.slice(1);
  const protocol = protocolLabel.slice(1).toUpperCase();
  const base = `${service.metadata.name}.${service.metadata.namespace ?? ""}.svc.${cluster.domain}`;
  const targets: { readonly target: Name; readonly port: number; readonly address: string }[] = [];
  if (service.spec.clusterIP === "None") {
    for (const backend of backendsOf(service, cluster)) {
      for (const p of backend.ports) {
        if ((p.name ?? "") !== port || (p.protocol ?? "TCP") !== protocol || p.port === undefined) continue;
        targets.push({ target: `${backend.label}.${base}`, port: p.port, address: backend.address });
      }
    }
  } else {
    for (const p of service.spec.ports ?? []) {
      if ((p.name ?? "") !== port || (p.protocol ?? "TCP") !== protocol) continue;
      for (const address of clusterAddresses(service)) targets.push({ target: base, port: p.port, address });
    }
  }
  if (targets.length === 0) return undefined;
  const { ttlSeconds } = cluster;
  // A host with an address of each family is still one host.
  const hosts = [...new Map(targets.map((t) => [`${t.target}:${t.port}`, t])).values()];
  const weight = Math.max(1, Math.floor(100 / hosts.length));
  return {
    records: hosts.map((t) => ({
      name,
      ttlSeconds,
      data: { type: "SRV", priority: 0, weight, port: t.port, target: t.target },
    })),
    additional: targets.flatMap((t) =>
      defined(addressData(t.address)).map((data) => ({ name: t.target, ttlSeconds, data })),
    ),
  };
}

interface Backend {
  readonly address: string;
  /** The endpoint's hostname, or its address with dashes. */
  readonly label: string;
  readonly ports: NonNullable<EndpointSlice["ports"]>;
}

function backendsOf(service: Service, cluster: Cluster): readonly Backend[] {
  const key = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
  const early = service.spec.publishNotReadyAddresses === true;
  return cluster.slices.by("service", key).flatMap((slice) =>
    (slice.endpoints ?? [])
      .filter((e) => early || (e.conditions?.ready ?? true))
      .flatMap((e) =>
        e.addresses.map((address) => ({
          address,
          label: e.hostname ?? address.replaceAll(/[.:]/g, "-"),
          ports: slice.ports ?? [],
        })),
      ),
  );
}

function clusterAddresses(service: Service): readonly string[] {
  const { clusterIP, clusterIPs } = service.spec;
  const all = clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP]);
  return all.filter((address) => address !== "" && address !== "None");
}

function addressData(address: string): RecordData | undefined {
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) {
    return address.split(".").every((part) => Number(part) < 256) ? { type: "A", address } : undefined;
  }
  return /^[0-9a-f:]*:[0-9a-f:]*$/.test(address) && /^(?!.*::.*::)/.test(address) && validIpv6(address)
    ? { type: "AAAA", address }
    : undefined;
}

function validIpv6(address: string): boolean {
  const groups = address.split(":").filter((g) => g !== "");
  return groups.every((g) => g.length <= 4) && (address.includes("::") ? groups.length < 8 : groups.length === 8);
}

/** `5.0.244.10.in-addr.arpa` as 10.244.0.5. */
function reverseAddress(name: Name): string | undefined {
  const rest = below(name, "in-addr.arpa");
  if (rest === undefined) return undefined;
  const labels = labelsOf(rest);
  return labels.length === 4 ? [...labels].reverse().join(".") : undefined;
}

/** Names of an address: undefined (ask the next server) unless it is one of ours. */
function pointerAnswer(question: Question, address: string, cluster: Cluster): Answer | undefined {
  const targets: Name[] = [];
  for (const service of cluster.services.by("address", address)) {
    targets.push(`${service.metadata.name}.${service.metadata.namespace ?? ""}.svc.${cluster.domain}`);
  }
  for (const slice of cluster.slices.by("address", address)) {
    const serviceName = slice.metadata.labels?.["kubernetes.io/service-name"];
    if (serviceName === undefined) continue;
    for (const e of slice.endpoints ?? []) {
      if (!e.addresses.includes(address)) continue;
      const label = e.hostname ?? address.replaceAll(".", "-");
      targets.push(`${label}.${serviceName}.${slice.metadata.namespace ?? ""}.svc.${cluster.domain}`);
    }
  }
  if (targets.length === 0) return undefined;
  if (question.type !== TYPE.PTR && question.type !== TYPE.ANY) return none(RCODE.noError, cluster);
  const answers = targets.map(
    (target): ResourceRecord => ({
      name: question.name,
      ttlSeconds: cluster.ttlSeconds,
      data: { type: "PTR", target },
    }),
  );
  return { rcode: RCODE.noError, authoritative: true, answers };
}

function none(rcode: number, cluster: Cluster): Answer {
  const authorities = [{ name: cluster.domain, ttlSeconds: cluster.ttlSeconds, data: authority(cluster) }];
  return { rcode, authoritative: true, answers: [], authorities };
}

function authority({ domain, ttlSeconds }: Cluster): RecordData {
  return {
    type: "SOA",
    primary: `ns.dns.${domain}`,
    mailbox: `hostmaster.${domain}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttlSeconds,
  };
}

function defined<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
