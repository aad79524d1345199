// The cluster's names as the specification of Kubernetes' DNS has them; other names go on; broken packets never throw.
import type { Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import { virtualClock } from "@skates/component-base";
import { createLister, type Lister } from "@skates/controller-runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuery, TYPE } from "./message.ts";
import { readAnswers } from "./read-answers.ts";
import { readName } from "./name-codec.ts";
import { type Forwarder, resolver } from "./resolver.ts";
import { writeQuery } from "./write-query.ts";

const never = new AbortController().signal;

function lister<T extends Service | EndpointSlice>(
  items: readonly T[],
  indexes: Record<string, (o: T) => readonly string[]>,
): Lister<T> {
  return createLister(items, indexes);
}

function service(name: string, spec: Partial<Service["spec"]>): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { type: "ClusterIP", ...spec },
  };
}

const SERVICES = [
  service("web", {
    clusterIP: "10.96.0.20",
    clusterIPs: ["10.96.0.20", "fd00::20"],
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
  }),
  service("db", { clusterIP: "None" }),
  service("out", { type: "ExternalName", externalName: "example.org" }),
  service("alias", { type: "ExternalName", externalName: "web.default.svc.cluster.local" }),
];
const SLICE: EndpointSlice = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "db-1", namespace: "default", labels: { "kubernetes.io/service-name": "db" } },
  addressType: "IPv4",
  endpoints: [
    { addresses: ["10.244.0.5"], hostname: "db-0", conditions: { ready: true } },
    { addresses: ["10.244.0.6"], conditions: { ready: true } },
    { addresses: ["10.244.0.7"], conditions: { ready: false } },
  ],
  ports: [{ name: "sql", port: 5432, protocol: "TCP" }],
};

/** Answers A questions with 192.0.2.1, echoing the question. */
const elsewhere: Forwarder = (packet) => {
  const end = (readName(packet, 12)?.end ?? 12) + 4;
  const reply = [...packet.subarray(0, end), 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
  reply[2] = 0x81;
  reply[7] = 1;
  return Promise.resolve(Uint8Array.from(reply));
};

const resolve = resolver({
  cluster: {
    domain: "cluster.local",
    ttlSeconds: 30,
    services: lister(SERVICES, { address: (s) => s.spec.clusterIPs ?? [] }),
    slices: lister([SLICE], {
      service: (s) => [`${s.metadata.namespace}/${s.metadata.labels?.["kubernetes.io/service-name"]}`],
      address: (s) => (s.endpoints ?? []).flatMap((e) => e.addresses),
    }),
  },
  forward: elsewhere,
  clock: virtualClock(),
});

async function ask(
  name: string,
  type: number,
): Promise<{ rcode: number; counts: readonly number[]; answers: readonly string[] }> {
  const reply = (await resolve(writeQuery(7, name, type), "udp", never)) ?? new Uint8Array(12);
  const answers = readAnswers(reply).map(({ data }) =>
    "address" in data ? data.address : "target" in data ? data.target : "",
  );
  return { rcode: (reply[3] ?? 0) & 0xf, counts: [reply[7] ?? 0, reply[9] ?? 0, reply[11] ?? 0], answers };
}

test.each([
  ["web.default.svc.cluster.local", TYPE.A, ["10.96.0.20"]],
  ["WEB.Default.svc.cluster.local", TYPE.A, ["10.96.0.20"]],
  ["web.default.svc.cluster.local", TYPE.AAAA, ["fd00:0:0:0:0:0:0:20"]],
  ["db.default.svc.cluster.local", TYPE.A, ["10.244.0.5", "10.244.0.6"]],
  ["db-0.db.default.svc.cluster.local", TYPE.A, ["10.244.0.5"]],
  ["10-244-0-6.db.default.svc.cluster.local", TYPE.A, ["10.244.0.6"]],
  ["10-1-2-3.default.pod.cluster.local", TYPE.A, ["10.1.2.3"]],
  ["alias.default.svc.cluster.local", TYPE.A, ["web.default.svc.cluster.local", "10.96.0.20"]],
  ["out.default.svc.cluster.local", TYPE.A, ["example.org", "192.0.2.1"]],
  ["example.org", TYPE.A, ["192.0.2.1"]],
])("%s of type %i", async (name, type, answers) => {
  expect(await ask(name, type)).toMatchObject({ rcode: 0, answers });
});

test.each([
  ["_http._tcp.web.default.svc.cluster.local", TYPE.SRV, [1, 0, 2]],
  ["_sql._tcp.db.default.svc.cluster.local", TYPE.SRV, [2, 0, 2]],
  ["dns-version.cluster.local", TYPE.TXT, [1, 0, 0]],
  ["20.0.96.10.in-addr.arpa", TYPE.PTR, [1, 0, 0]],
  ["5.0.244.10.in-addr.arpa", TYPE.PTR, [1, 0, 0]],
])("%s of type %i has records", async (name, type, counts) => {
  const reply = await ask(name, type);
  const [answers = 0, authorities, additional] = counts;
  expect([reply.rcode, reply.counts[0], reply.counts[1]]).toEqual([0, answers, authorities]);
  expect(reply.counts[2]).toBe(additional);
});

test.each([
  ["nobody.default.svc.cluster.local", 3],
  ["10-244-0-7.db.default.svc.cluster.local", 3],
  ["x.web.default.svc.cluster.local", 3],
  ["nowhere.svc.cluster.local", 3],
  ["default.svc.cluster.local", 0],
])("%s has no address, with the zone's authority", async (name, rcode) => {
  expect(await ask(name, TYPE.A)).toEqual({ rcode, counts: [0, 1, 0], answers: [] });
});

test("an answer too long for UDP is marked as cut, and whole over TCP", async () => {
  const endpoints = Array.from({ length: 60 }, (_, i) => ({
    addresses: [`10.244.1.${i}`],
    conditions: { ready: true },
  }));
  const many = resolver({
    cluster: {
      domain: "cluster.local",
      ttlSeconds: 30,
      services: lister(SERVICES, {}),
      slices: lister([{ ...SLICE, endpoints }], { service: () => ["default/db"] }),
    },
    clock: virtualClock(),
  });
  const query = writeQuery(1, "db.default.svc.cluster.local", TYPE.A);
  const udp = (await many(query, "udp", never)) ?? new Uint8Array();
  const tcp = (await many(query, "tcp", never)) ?? new Uint8Array();
  expect([udp.length <= 512, (udp[2] ?? 0) & 2, readAnswers(tcp).length]).toEqual([true, 2, 60]);
});

test("any packet gets an answer or none, and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
      parseQuery(bytes);
      readAnswers(bytes);
      await resolve(bytes, "udp", never);
    }),
    { numRuns: 2_000 },
  );
});
