// New certificate authorities while everything goes on: a client that knows only the earlier ones, a node that joined, and the server itself.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pemCertificates } from "@skates/pki";
import { joinCommand, type Ran, skates } from "../e2e/skates.ts";
import { type SimulatedCluster, simulatedCluster } from "./simulated-cluster.ts";

let cluster: SimulatedCluster;
let token = "";
const root = mkdtempSync(join(tmpdir(), "sk-rotation-"));
const dataDir = join(root, "node");
const LONG_MS = 120_000;

const bundle = (directory: string): readonly string[] =>
  pemCertificates(readFileSync(join(directory, "pki", "ca.crt"), "utf8"));
const there = (...args: readonly string[]): Promise<Ran> => skates([...args, "--data-dir", dataDir]);

/** A call as a pod makes it, over a connection of its own: the HTTP code, or why there is none. */
function inCluster(ca: string): Promise<number | string> {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port: cluster.port, path: "/api", ca, agent: false };
    const call = request({ ...options, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    call.on("error", (error) => resolve(error.message));
    call.end();
  });
}

/** What calls came to, one after another, until `work` has ended. */
async function callingDuring<T>(ca: string, work: Promise<T>): Promise<readonly (number | string)[]> {
  const codes: (number | string)[] = [];
  let ended = false;
  void work.finally(() => (ended = true)).catch(() => undefined);
  while (!ended) {
    codes.push(await inCluster(ca));
    await sleep(100);
  }
  return codes;
}

async function joinedNode() {
  const { metadata, status } = (await cluster.call({ path: "/api/v1/nodes/joined" })).json as {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  };
  return {
    trusted: metadata.annotations["skates.io/trusted-authorities"]?.split(",").length,
    certifiedBy: metadata.annotations["skates.io/certified-by"],
    ready: status.conditions.find(({ type }) => type === "Ready")?.status,
  };
}

async function leaseTime(): Promise<string> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/joined";
  return ((await cluster.call({ path })).json as { readonly spec: { readonly renewTime: string } }).spec.renewTime;
}

function signedBy(file: string, ca: string | undefined): boolean {
  return new X509Certificate(readFileSync(file)).verify(new X509Certificate(ca ?? "").publicKey);
}

beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
  const joined = await there(
    ...(await joinCommand(cluster.dataDir)),
    "--node-name",
    "joined",
    "--runtime",
    "simulated",
  );
  expect([joined.code, joined.stderr]).toEqual([0, ""]);
  const asked = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: {}, spec: {} };
  const path = "/api/v1/namespaces/default/serviceaccounts/default/token";
  const given = await cluster.call({ method: "POST", path, body: JSON.stringify(asked) });
  token = (given.json as { readonly status: { readonly token: string } }).status.token;
});
afterAll(async () => {
  await there("delete", "--yes");
  await cluster.remove();
  rmSync(root, { recursive: true, force: true });
});

test("nothing is signed anew before a node that joined knows; cut short, the next call goes on", {
  timeout: LONG_MS,
}, async () => {
  await expect.poll(joinedNode, { timeout: 30_000 }).toMatchObject({ trusted: 1, ready: "True" });
  expect((await there("down")).code).toBe(0);
  const [old = ""] = bundle(cluster.dataDir);
  const args = ["certificate", "rotate", "--authorities", "--data-dir", cluster.dataDir];
  const cut = await skates(args, { timeoutMs: 30_000 });
  expect(cut.code).not.toBe(0);
  expect(cut.stdout).toContain("waiting for node joined");
  const announced = bundle(cluster.dataDir);
  expect([announced.length, announced[0]]).toEqual([2, old]);
  expect(signedBy(join(cluster.dataDir, "pki", "apiserver.crt"), old)).toBe(true);
  expect(await inCluster(old)).toBe(200);
  expect((await there("join")).code).toBe(0);
  const rotation = cluster.skates("certificate", "rotate", "--authorities");
  const codes = await callingDuring(old, rotation);
  expect([(await rotation).code, (await rotation).stderr]).toEqual([0, ""]);
  expect(bundle(cluster.dataDir)).toEqual([announced[1], old]);
  expect([codes.length > 20, codes.filter((code) => code !== 200)]).toEqual([true, []]);
});

test("the server and the node work with new certificates, and those who know only the earlier authority go on", {
  timeout: LONG_MS,
}, async () => {
  const [newest = "", old = ""] = bundle(cluster.dataDir);
  await expect.poll(() => inCluster(newest), { timeout: 20_000 }).toBe(200);
  expect(await inCluster(old)).toBe(200);
  for (const which of ["client", "server"]) {
    const file = join(dataDir, "pki", `kubelet-${which}.pem`);
    await expect.poll(() => signedBy(file, newest), { timeout: 45_000 }).toBe(true);
  }
  expect(bundle(dataDir)).toEqual([newest, old]);
  expect((await cluster.call({ path: "/api/v1/nodes/joined/proxy/healthz" })).code).toBe(200);
});

test("forgotten, the earlier authority lets nobody in, and node and server work on", { timeout: LONG_MS }, async () => {
  const [newest = "", old = ""] = bundle(cluster.dataDir);
  const forgotten = await cluster.skates("certificate", "rotate", "--forget-earlier");
  expect([forgotten.code, forgotten.stderr]).toEqual([0, ""]);
  await expect.poll(() => inCluster(old), { timeout: 20_000 }).toMatch(/certificate/);
  expect(await inCluster(newest)).toBe(200);
  const before = await leaseTime();
  await expect.poll(leaseTime, { timeout: 30_000 }).not.toBe(before);
  await expect.poll(() => bundle(dataDir), { timeout: 30_000 }).toEqual([newest]);
  expect((await there("down")).code).toBe(0);
  expect((await there("join")).code).toBe(0);
  await expect.poll(joinedNode, { timeout: 30_000 }).toMatchObject({ trusted: 1, ready: "True" });
});

test("a cluster that does not run tells nobody: nothing is changed unless that is wanted", {
  timeout: LONG_MS,
}, async () => {
  expect((await cluster.skates("down")).code).toBe(0);
  const before = bundle(cluster.dataDir);
  for (const flag of ["--authorities", "--forget-earlier"]) {
    const ran = await cluster.skates("certificate", "rotate", flag);
    expect([ran.code, ran.stderr]).toEqual([
      1,
      expect.stringContaining("this one does not: run 'skates up' first, or pass --at-once"),
    ]);
  }
  expect(bundle(cluster.dataDir)).toEqual(before);
  expect((await cluster.skates("certificate", "rotate", "--authorities", "--at-once")).code).toBe(0);
  expect(bundle(cluster.dataDir).slice(1)).toEqual(before);
  expect((await cluster.up()).code).toBe(0);
  await expect.poll(joinedNode, { timeout: 60_000 }).toMatchObject({ trusted: 2, ready: "True" });
});
