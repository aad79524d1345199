// A whole control plane on a real etcd: keys and values as upstream lays them out, upstream's own values read, etcd going away and
// coming back, snapshots, and moving the cluster between etcd and disk. One story, told in order.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeProtobuf, wrapUnknown } from "@skates/apimachinery";
import { configMaps } from "@skates/api/core/v1";
import { systemClock } from "@skates/component-base/node";
import { openEtcdStore } from "@skates/storage/node";
import type { RevisionStore } from "@skates/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EtcdProcess, NO_ETCD, startEtcd } from "../../packages/storage/src/node/etcd/etcd-process.ts";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const never = new AbortController().signal;
const MAPS = "/api/v1/namespaces/default/configmaps";
const PREFIX = "/registry";
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

describe.skipIf(NO_ETCD !== undefined)(`a cluster on etcd${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  let etcd: readonly EtcdProcess[] = [];
  let cluster: SimulatedCluster;
  let store: RevisionStore;
  const version = async (name: string): Promise<number> => {
    const object = (await cluster.call({ path: `${MAPS}/${name}` })).json as { metadata: { resourceVersion: string } };
    return Number(object.metadata.resourceVersion);
  };

  beforeAll(async () => {
    etcd = await startEtcd();
    const endpoints = etcd.map((member) => member.endpoint);
    cluster = await simulatedCluster();
    const up = await cluster.up("--etcd-servers", endpoints.join(","));
    expect(up.code, up.stderr).toBe(0);
    store = await openEtcdStore({ clock: systemClock(), endpoints });
  }, 120_000);
  afterAll(async () => {
    await cluster.remove();
    await store.close();
    await Promise.all(etcd.map((member) => member.close()));
  }, 60_000);

  const at = async (key: string) => (await store.range(key, { limit: 1 }, never)).entries[0];

  it("lays out keys as upstream does", async () => {
    const page = await store.range(`${PREFIX}/`, {}, never);
    const keys = page.entries.map((entry) => entry.key);
    expect(keys).toEqual(
      expect.arrayContaining([
        `${PREFIX}/namespaces/kube-system`,
        `${PREFIX}/services/specs/default/kubernetes`,
        `${PREFIX}/serviceaccounts/default/default`,
        `${PREFIX}/configmaps/default/kube-root-ca.crt`,
        `${PREFIX}/priorityclasses/system-node-critical`,
        `${PREFIX}/endpointslices/default/kubernetes`,
      ]),
    );
    expect(keys.some((key) => key.startsWith(`${PREFIX}/minions/`))).toBe(true);
    expect(keys.some((key) => key.startsWith(`${PREFIX}/leases/kube-node-lease/`))).toBe(true);
    expect(existsSync(join(cluster.dataDir, "store"))).toBe(false);
  });

  it("stores JSON without resourceVersion, which is etcd's revision", async () => {
    expect(await cluster.put("ours", { a: "1" })).toBe(201);
    const entry = await at(`${PREFIX}/configmaps/default/ours`);
    expect(JSON.parse(text(entry?.value))).toMatchObject({ kind: "ConfigMap", apiVersion: "v1", data: { a: "1" } });
    expect(text(entry?.value)).not.toContain("resourceVersion");
    expect(await version("ours")).toBe(entry?.modified);
  });

  it("reads and changes what upstream has written, JSON and protobuf", async () => {
    const metadata = { name: "theirs", namespace: "default", uid: "0b5e8a3c-0000-4000-8000-000000000001" };
    const raw = encodeProtobuf(configMaps.schema, { metadata, data: { from: "protobuf" } });
    const value = wrapUnknown({ apiVersion: "v1", kind: "ConfigMap", raw });
    await store.commit(`${PREFIX}/configmaps/default/theirs`, 0, value, {}, never);
    const json = new TextEncoder().encode(
      `${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { ...metadata, name: "json" }, data: { from: "json" } })}\n`,
    );
    await store.commit(`${PREFIX}/configmaps/default/json`, 0, json, {}, never);
    expect((await cluster.call({ path: `${MAPS}/theirs` })).json).toMatchObject({ data: { from: "protobuf" } });
    expect((await cluster.call({ path: `${MAPS}/json` })).json).toMatchObject({ data: { from: "json" } });
    const patched = await cluster.call({
      method: "PATCH",
      path: `${MAPS}/theirs`,
      type: "application/merge-patch+json",
      body: '{"data":{"more":"1"}}',
    });
    expect(patched.json).toMatchObject({ data: { from: "protobuf", more: "1" } });
    expect(JSON.parse(text((await at(`${PREFIX}/configmaps/default/theirs`))?.value))).toMatchObject({
      data: { from: "protobuf", more: "1" },
    });
  });

  it("refuses writes with 503 or 504 while etcd is away, serves what it knows, and goes on afterwards", async () => {
    await etcd[0]?.kill();
    const [cached, written, read] = await Promise.all([
      cluster.call({ path: `${MAPS}/ours?resourceVersion=0` }),
      cluster.call({
        method: "POST",
        path: MAPS,
        body: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"lost"}}',
      }),
      cluster.call({ path: `${MAPS}/ours` }),
    ]);
    expect(cached.json).toMatchObject({ data: { a: "1" } });
    expect(written.json).toMatchObject({ kind: "Status", status: "Failure" });
    expect([503, 504]).toContain(written.code);
    expect([503, 504]).toContain(read.code);
    await etcd[0]?.start();
    for (let i = 0; (await cluster.put(`after-${i}`)) !== 201; i++) {
      expect(i).toBeLessThan(40);
      await sleep(250);
    }
    expect(await cluster.names()).not.toContain("lost");
    expect((await cluster.skates("status")).code).toBe(0);
  }, 60_000);

  it("moves to disk with all objects and later revisions, and back", async () => {
    const names = await cluster.names();
    const before = await version("ours");
    expect((await cluster.skates("migrate", "--to", "disk")).stderr).toContain("is running: run 'skates down' first");
    expect((await cluster.skates("down")).code).toBe(0);
    const head = await store.head(never);
    const toDisk = await cluster.skates("migrate", "--to", "disk");
    expect(toDisk.code, toDisk.stderr).toBe(0);
    expect((await cluster.up()).code).toBe(0);
    expect(await cluster.names()).toEqual(names);
    expect(await version("ours")).toBeGreaterThan(Math.max(before, head));
    expect(readFileSync(join(cluster.dataDir, "cluster.json"), "utf8")).not.toContain("etcd");

    expect(await cluster.put("on-disk")).toBe(201);
    const onDisk = await version("on-disk");
    await cluster.skates("down");
    const servers = etcd.map((member) => member.endpoint).join(",");
    const full = await cluster.skates("migrate", "--to", "etcd", "--etcd-servers", servers);
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/holds \d+ objects already: empty it/)]);
    const toEtcd = await cluster.skates(
      "migrate",
      "--to",
      "etcd",
      "--etcd-servers",
      servers,
      "--etcd-prefix",
      "second",
    );
    expect(toEtcd.code, toEtcd.stderr).toBe(0);
    expect((await at("/second/configmaps/default/on-disk"))?.modified).toBeGreaterThan(onDisk);
    const up = await cluster.up();
    expect(up.code, up.stderr).toBe(0);
    expect(await cluster.names()).toEqual([...names, "on-disk"].sort());
  }, 120_000);

  it("saves a snapshot of the running server in etcd's own form", async () => {
    const saved = await cluster.skates("snapshot", "save");
    expect(saved.code, saved.stderr).toBe(0);
    expect((await cluster.skates("snapshot", "list")).stdout).toMatch(/\.snapshot {2}\d+ bytes {2}of etcd\n/);
    const file = /saved (\S+)/.exec(saved.stdout)?.[1] ?? "";
    expect((await cluster.skates("snapshot", "restore", file)).stderr).toContain("etcdutl snapshot restore");
  });
});

describe("snapshots of a cluster on disk", () => {
  let cluster: SimulatedCluster;
  beforeAll(async () => {
    cluster = await simulatedCluster();
    const up = await cluster.up();
    expect(up.code, up.stderr).toBe(0);
  }, 120_000);
  afterAll(async () => {
    await cluster.remove();
  }, 60_000);

  it("are taken while it runs, and bring everything back at later revisions", async () => {
    await cluster.put("kept");
    const file = join(cluster.dataDir, "..", "mine");
    for (const identity of ["controller-manager", "nobody"]) {
      expect((await cluster.call({ path: "/skates/v1/snapshot", identity })).code).toBeGreaterThanOrEqual(401);
    }
    expect((await cluster.skates("snapshot", "save", file)).stderr).toBe("");
    expect((await cluster.skates("snapshot", "save", file)).stderr).toContain("is there already");
    await cluster.put("later");
    const list = (await cluster.call({ path: MAPS })).json as { metadata: { resourceVersion: string } };
    const newest = Number(list.metadata.resourceVersion);
    expect((await cluster.skates("snapshot", "restore", file)).stderr).toContain("is running");
    await cluster.skates("down");
    const restored = await cluster.skates("snapshot", "restore", file);
    expect(restored.code, restored.stderr).toBe(0);
    expect((await cluster.up()).code).toBe(0);
    expect(await cluster.names()).toEqual(["kept"]);
    const again = (await cluster.call({ path: MAPS })).json as { metadata: { resourceVersion: string } };
    expect(Number(again.metadata.resourceVersion)).toBeGreaterThan(newest);
    // Who watched before is told to list again, instead of missing what was undone.
    const watch = await cluster.call({ path: `${MAPS}?watch=1&resourceVersion=${newest}&timeoutSeconds=1` });
    expect(`${watch.code} ${watch.text}`).toContain("410");
    expect((await cluster.skates("snapshot", "save")).code).toBe(0);
    expect((await cluster.skates("snapshot", "list")).stdout).toMatch(/revision \d+\n$/);
  }, 120_000);
});
