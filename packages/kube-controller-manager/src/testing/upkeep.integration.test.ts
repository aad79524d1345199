// What keeps the house in order comes through every fault: namespaces that go, ownership, slices of services, quotas, nodes that flap.
import { type Deployment, deployments, replicaSets } from "@skates/api/apps/v1";
import {
  type ConfigMap,
  configMaps,
  namespaces,
  nodes,
  pods,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
} from "@skates/api/core/v1";
import { endpointSlices } from "@skates/api/discovery/v1";
import { StatusError } from "@skates/apimachinery";
import { expect } from "vitest";
import { podActive } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";
import { namespace } from "./world.ts";

const web = (namespaceName: string, replicas = 2): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace: namespaceName, name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { name: "", labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
});
const configMap = (name: string, owners: ConfigMap["metadata"]["ownerReferences"] = []): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "default", name, ownerReferences: owners },
});
const owning = ({ metadata: { name, uid = "" } }: ConfigMap, blockOwnerDeletion = true) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name,
  uid,
  blockOwnerDeletion,
});
const own = (name: string): boolean => name !== "kube-root-ca.crt";

survives("a namespace with a deployment", {
  changes: [
    async ({ world }) => {
      await world.create(namespaces, namespace("n"));
      await world.create(deployments, web("n"));
    },
    ({ world }) => world.client.resource(namespaces).delete({ name: "n" }, {}, world.signal),
  ],
  outcome: async ({ world }) => ({
    namespaces: inOrder(await world.list(namespaces), ({ metadata }) => metadata.name),
    left: [...(await world.list(pods)), ...(await world.list(replicaSets)), ...(await world.list(deployments))],
    accounts: (await world.list(serviceAccounts)).filter(({ metadata }) => metadata.namespace === "n"),
  }),
  expected: {
    namespaces: ["default", "kube-node-lease", "kube-public", "kube-system"],
    left: [],
    accounts: [],
  },
});

survives("owners and what they own", {
  changes: [
    async ({ world }) => {
      const make = (one: ConfigMap) => world.create(configMaps, one);
      const [foreground, background, orphaning, staying] = [
        await make(configMap("foreground")),
        await make(configMap("background")),
        await make(configMap("orphaning")),
        await make(configMap("staying")),
      ];
      await make(configMap("leaf", [owning(await make(configMap("branch", [owning(foreground)])))]));
      await make(configMap("after", [owning(background)]));
      await make(configMap("orphan", [owning(orphaning)]));
      // Two owners, one of which stays.
      await make(configMap("shared", [owning(background), owning(staying)]));
      const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: "default", name: "s" } };
      await world.create(secrets, {
        ...secret,
        metadata: { ...secret.metadata, ownerReferences: [owning(foreground)] },
      });
    },
    async ({ world }) => {
      const remove = (name: string, propagationPolicy: string) =>
        world.client.resource(configMaps).delete({ namespace: "default", name }, { propagationPolicy }, world.signal);
      await remove("foreground", "Foreground");
      await remove("background", "Background");
      await remove("orphaning", "Orphan");
    },
  ],
  outcome: async ({ world }) => ({
    left: inOrder(
      (await world.list(configMaps, "default")).filter(({ metadata }) => own(metadata.name)),
      ({ metadata: { name, ownerReferences = [] } }) => `${name} of ${ownerReferences.map((one) => one.name).join()}`,
    ),
    secrets: await world.list(secrets, "default"),
  }),
  expected: { left: ["orphan of ", "shared of staying", "staying of "], secrets: [] },
});

survives("a service and its pods", {
  changes: [
    async ({ world }) => {
      const metadata = { namespace: "default", name: "web" };
      const spec = { selector: { app: "web" }, ports: [{ port: 80 }] };
      await world.create(services, { apiVersion: "v1", kind: "Service", metadata, spec });
      await world.create(deployments, web("default", 3));
    },
    ({ world }) =>
      world.edit(deployments, { namespace: "default", name: "web" }, (one) => ({
        ...one,
        spec: { ...one.spec, replicas: 2 },
      })),
  ],
  outcome: async ({ world }) => {
    const own = (await world.list(endpointSlices, "default")).filter(({ metadata }) => metadata.name !== "kubernetes");
    const listed = own.flatMap(({ endpoints = [] }) =>
      endpoints.map(({ targetRef, conditions }) => `${targetRef?.name} ${conditions?.ready}`),
    );
    const running = (await world.list(pods)).filter(podActive).map(({ metadata }) => `${metadata.name} true`);
    return {
      slices: own.length,
      running: running.length,
      same: listed.toSorted().join() === running.toSorted().join(),
    };
  },
  expected: { slices: 1, running: 2, same: true },
});

const quota = { namespace: "default", name: "q" };
const create = async ({ world }: Cluster, name: string): Promise<void> => {
  try {
    await world.create(configMaps, configMap(name));
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== "Forbidden") throw error;
  }
};
survives("a quota that is lowered below what is used", {
  changes: [
    ({ world }) =>
      world.create(resourceQuotas, {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: quota,
        spec: { hard: { "count/configmaps": "6" } },
      }),
    async (cluster) => {
      for (const name of ["a", "b", "c", "d", "e", "f", "g"]) await create(cluster, name);
      await cluster.world.edit(resourceQuotas, quota, (one) => ({
        ...one,
        spec: { hard: { "count/configmaps": "2" } },
      }));
    },
    // A bound counts from when the controller has noted it, and what it has not heard of for longer than two seconds it does not count.
    ({ world }) => world.clock.sleep(60_000, world.signal),
    async (cluster) => {
      const { world } = cluster;
      await create(cluster, "too-many");
      await world.client.resource(configMaps).delete({ namespace: "default", name: "a" }, {}, world.signal);
      await world.client.resource(configMaps).delete({ namespace: "default", name: "b" }, {}, world.signal);
    },
  ],
  always: async ({ world }) => {
    expect((await world.list(configMaps, "default")).length).toBeLessThanOrEqual(6);
  },
  outcome: async ({ world }) => ({
    names: inOrder(await world.list(configMaps, "default"), ({ metadata }) => metadata.name),
    status: (await world.get(resourceQuotas, quota)).status,
  }),
  expected: {
    names: ["c", "d", "e", "kube-root-ca.crt"],
    status: { hard: { "count/configmaps": "2" }, used: { "count/configmaps": "4" } },
  },
});

survives("nodes, one of which is taken away with its pods", {
  nodes: ["n1", "n2", "n3"],
  changes: [
    ({ world }) => world.create(deployments, web("default", 3)),
    async (cluster) => {
      cluster.silent.add("n3");
      await cluster.world.client.resource(nodes).delete({ name: "n3" }, {}, cluster.world.signal);
    },
  ],
  peaceSeconds: 120,
  outcome: async ({ world }) => ({
    taints: (await world.list(nodes)).flatMap(({ spec }) => spec?.taints ?? []),
    pods: (await world.list(pods)).filter(({ spec }) => spec.nodeName === "n3").length,
    running: (await world.list(pods)).filter(podActive).length,
  }),
  expected: { taints: [], pods: 0, running: 3 },
});
