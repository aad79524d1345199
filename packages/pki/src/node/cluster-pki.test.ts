// A cluster's certificates on disk: made once, kept, renewed when they must be, never overwritten when others trust them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClusterPki, ensureClusterPki } from "./cluster-pki.ts";
import { readCertificate } from "./read-certificate.ts";

const DAY_MS = 86_400_000;
let directory: string;
let clock = virtualClock();
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "skates-pki-")), "pki");
  clock = virtualClock();
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

function ensure(dnsNames = ["kubernetes"], ipAddresses = ["10.96.0.1"]): Promise<ClusterPki> {
  return ensureClusterPki({ directory, clock, random: seededRandom(1), apiServer: { dnsNames, ipAddresses } });
}

test("a fresh cluster gets everything, in upstream's files, for the owner's eyes only", async () => {
  const made = await ensure();
  await made.node({ name: "n1", ipAddresses: ["10.0.0.1"] });
  const files = readdirSync(directory, { recursive: true })
    .map(String)
    .filter((file) => file !== "etcd")
    .sort();
  const pairs = [
    "admin",
    "apiserver",
    "apiserver-etcd-client",
    "apiserver-kubelet-client",
    "ca",
    "controller-manager",
    "front-proxy-ca",
  ];
  pairs.push("etcd/ca", "front-proxy-client", "kube-proxy", "kubelet-client-n1", "kubelet-n1", "scheduler");
  expect(files).toEqual([...pairs.flatMap((p) => [`${p}.crt`, `${p}.key`]), "sa.key", "sa.pub"].sort());
  for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readCertificate(made.admin.cert)).toMatchObject({
    commonName: "kubernetes-admin",
    organizations: ["system:masters"],
  });
});

test("a second time everything is read and nothing written", async () => {
  const first = await ensure();
  const node = await first.node({ name: "n1", ipAddresses: ["10.0.0.1"] });
  const second = await ensure();
  expect(await second.node({ name: "n1", ipAddresses: ["10.0.0.1"] })).toEqual(node);
  expect(second.written).toEqual([]);
  expect([second.ca, second.apiServer, second.serviceAccount]).toEqual([
    first.ca,
    first.apiServer,
    first.serviceAccount,
  ]);
});

test("a certificate that lacks a name, is damaged, or lost its key is made anew; the rest stays", async () => {
  const first = await ensure();
  expect((await ensure(["kubernetes", "other.example"], ["10.96.0.1", "FD00::1"])).written).toEqual(["apiserver"]);
  expect((await ensure(["other.example"], ["fd00:0::1"])).written).toEqual([]); // fewer names are covered
  writeFileSync(join(directory, "scheduler.crt"), "damaged");
  writeFileSync(join(directory, "admin.key"), first.scheduler.key);
  rmSync(join(directory, "kube-proxy.key"));
  const second = await ensure(["other.example"], []);
  expect([...second.written].sort()).toEqual(["admin", "kube-proxy", "scheduler"]);
  expect((await ensure([], [])).written).toEqual([]);
});

test("certificates are renewed when less than 30 days are left, the CA with its own key", async () => {
  const first = await ensure();
  await clock.advance(334 * DAY_MS);
  expect((await ensure()).written).toEqual([]);
  await clock.advance(2 * DAY_MS);
  expect((await ensure()).written).toHaveLength(8);
  await clock.advance(3_300 * DAY_MS);
  const last = await ensure();
  expect(last.written).toEqual(expect.arrayContaining(["ca", "front-proxy-ca"]));
  expect(last.ca.key).toBe(first.ca.key);
  expect(last.serviceAccount).toEqual(first.serviceAccount);
});

test("what others trust is never overwritten: a CA beside a foreign key, or without its key", async () => {
  const first = await ensure();
  writeFileSync(join(directory, "ca.key"), first.admin.key);
  await expect(ensure()).rejects.toMatchObject({ code: "CertificateUnreadable" });
  rmSync(join(directory, "ca.key"));
  expect((await ensure()).written).toEqual([]); // all is signed already
  await expect(ensure(["new.example"])).rejects.toMatchObject({ code: "CaKeyMissing" });
  expect(readFileSync(join(directory, "ca.crt"), "utf8")).toBe(first.ca.cert);
  expect(existsSync(join(directory, "ca.key"))).toBe(false);
  writeFileSync(join(directory, "sa.key"), "damaged");
  await expect(ensure()).rejects.toMatchObject({ code: "CertificateUnreadable" });
});
