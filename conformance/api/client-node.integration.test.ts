// The official JavaScript client, unmodified, over TLS on the real server process, on each store: CRUD, patches, apply, watch, informer, delete.
import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  CoreV1Api,
  type Informer,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1ConfigMap,
  VersionApi,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterOn, type StoredCluster, STORES } from "./stores.ts";

const namespace = "default";
function map(name: string, data: Readonly<Record<string, string>>): V1ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { suite: "client-node" } },
    data: { ...data },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

describe.each(STORES)("on $store", ({ store, hindrance }) => {
  if (hindrance !== undefined) return test.skip(`everything: ${hindrance}`, () => undefined);
  let stored: StoredCluster;
  let config: KubeConfig;
  let core: CoreV1Api;
  beforeAll(async () => {
    stored = await clusterOn(store);
    config = new KubeConfig();
    config.loadFromFile(`${stored.cluster.dataDir}/kubeconfig`);
    core = config.makeApiClient(CoreV1Api);
  });
  afterAll(() => stored.close());

  test("version", async () => {
    expect((await config.makeApiClient(VersionApi).getCode()).gitVersion).toMatch(/^v1\.36\./);
  });

  test("create, read, replace, list and delete", async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: map("crud", { a: "1" }) });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    const replaced = await core.replaceNamespacedConfigMap({
      name: "crud",
      namespace,
      body: Object.assign(made, { data: { a: "2" } }),
    });
    expect(replaced.data).toEqual({ a: "2" });
    await expect(core.replaceNamespacedConfigMap({ name: "crud", namespace, body: made })).rejects.toMatchObject({
      code: 409,
    });
    const listed = await core.listNamespacedConfigMap({ namespace, labelSelector: "suite=client-node", limit: 1 });
    expect(listed.items.map((item) => item.metadata?.name)).toEqual(["crud"]);
    await core.deleteNamespacedConfigMap({ name: "crud", namespace });
    await expect(core.readNamespacedConfigMap({ name: "crud", namespace })).rejects.toMatchObject({ code: 404 });
  });

  test("all four patches through the object client", async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const key = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "patched", namespace } };
    await objects.create({ ...key, data: { a: "1" } });
    const patch = (body: object, strategy: PatchStrategy, manager?: string, force?: boolean): Promise<unknown> =>
      objects.patch({ ...key, ...body }, undefined, undefined, manager, force, strategy);
    await patch({ data: { m: "2" } }, PatchStrategy.MergePatch);
    await patch({ data: { s: "3" } }, PatchStrategy.StrategicMergePatch);
    await patch({ data: { p: "4" } }, PatchStrategy.ServerSideApply, "suite", true);
    const now = await core.readNamespacedConfigMap({ name: "patched", namespace });
    expect(now.data).toEqual({ a: "1", m: "2", s: "3", p: "4" });
    expect(now.metadata?.managedFields?.map((entry) => entry.operation)).toContain("Apply");
  });

  test("a watch tells of changes from a revision on", async () => {
    const { metadata } = await core.listNamespacedConfigMap({ namespace });
    const seen: string[] = [];
    const abort = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: metadata?.resourceVersion },
      (type: string, object: V1ConfigMap) => seen.push(`${type} ${object.metadata?.name}`),
      () => undefined,
    );
    await core.createNamespacedConfigMap({ namespace, body: map("watched", {}) });
    await core.deleteNamespacedConfigMap({ name: "watched", namespace });
    await until(() => seen.length === 2);
    abort.abort();
    expect(seen).toEqual(["ADDED watched", "DELETED watched"]);
  });

  test("an informer keeps a cache in step", async () => {
    const informer: Informer<V1ConfigMap> & { get(name: string, namespace?: string): V1ConfigMap | undefined } =
      makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
        core.listNamespacedConfigMap({ namespace }),
      );
    await informer.start();
    await core.createNamespacedConfigMap({ namespace, body: map("informed", { a: "1" }) });
    await until(() => informer.get("informed", namespace)?.data?.["a"] === "1");
    await core.replaceNamespacedConfigMap({ name: "informed", namespace, body: map("informed", { a: "2" }) });
    await until(() => informer.get("informed", namespace)?.data?.["a"] === "2");
    await informer.stop();
  });

  test("a deployment rolls out and scales through its subresource", async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const labels = { app: "rolled" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "registry.example/x:1" }] } };
    await apps.createNamespacedDeployment({
      namespace,
      body: { metadata: { name: "rolled" }, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    });
    const available = async (): Promise<number> =>
      (await apps.readNamespacedDeploymentStatus({ name: "rolled", namespace })).status?.availableReplicas ?? 0;
    for (let i = 0; i < 200 && (await available()) !== 2; i++) await sleep(50);
    expect(await available()).toBe(2);
    const scale = await apps.readNamespacedDeploymentScale({ name: "rolled", namespace });
    await apps.replaceNamespacedDeploymentScale({
      name: "rolled",
      namespace,
      body: Object.assign(scale, { spec: { replicas: 1 } }),
    });
    for (let i = 0; i < 200 && (await available()) !== 1; i++) await sleep(50);
    expect(await available()).toBe(1);
  });
});
