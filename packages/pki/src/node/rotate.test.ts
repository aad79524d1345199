// New authorities and keys beside those that are in use: what counts meanwhile, and what does not afterwards.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pemCertificates } from "../pem-bundle.ts";
import { type ClusterPki, ensureClusterPki } from "./cluster-pki.ts";
import { nodePki } from "./node-pki.ts";
import { announceAuthorities, forgetEarlier, newTokenKey, promoteAuthorities } from "./rotate.ts";
import { tokenSigner, tokenVerifier } from "./tokens.ts";

const DAY_MS = 86_400_000;
let directory: string;
let clock = virtualClock();
const ensure = (): Promise<ClusterPki> =>
  ensureClusterPki({ directory, clock, random: seededRandom(1), apiServer: { dnsNames: ["api"], ipAddresses: [] } });
const pki = () => nodePki({ clock, random: seededRandom(2) });
const signedBy = (cert: string, ca: string | undefined): boolean =>
  new X509Certificate(cert).verify(new X509Certificate(ca ?? "").publicKey);
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "skates-rotate-")), "pki");
  clock = virtualClock();
});
afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

const renew = async (): Promise<void> => {
  await announceAuthorities(directory, pki());
  await promoteAuthorities(directory, pki());
};
const bundle = (): readonly string[] => pemCertificates(readFileSync(join(directory, "ca.crt"), "utf8"));

test("new authorities are told before they sign, sign, and stand alone when the earlier ones are forgotten", async () => {
  const before = await ensure();
  await announceAuthorities(directory, pki());
  const told = await ensure();
  const [first, announced, ...more] = pemCertificates(told.ca.cert);
  expect([first, more]).toEqual([before.ca.cert, []]);
  expect([told.ca.key, told.apiServer, told.frontProxyClient]).toEqual([
    before.ca.key,
    before.apiServer,
    before.frontProxyClient,
  ]);
  await promoteAuthorities(directory, pki());
  const after = await ensure();
  expect(pemCertificates(after.ca.cert)).toEqual([announced, before.ca.cert]);
  expect(signedBy(after.apiServer.cert, announced)).toBe(true);
  expect(signedBy(after.frontProxyClient.cert, pemCertificates(after.frontProxyCa.cert)[0])).toBe(true);
  expect(readdirSync(directory).filter((name) => name.includes("next"))).toEqual([]);
  await clock.advance(3_640 * DAY_MS);
  const renewed = pemCertificates((await ensure()).ca.cert);
  expect([renewed.length, renewed[1]]).toEqual([2, before.ca.cert]);
  await forgetEarlier(directory);
  const last = await ensure();
  expect([pemCertificates(last.ca.cert), pemCertificates(last.apiServer.cert).length]).toEqual([[renewed[0]], 1]);
});

test("who trusts an earlier authority only verifies the server by the way, over two rotations", async () => {
  const [first = ""] = pemCertificates((await ensure()).ca.cert);
  await renew();
  await renew();
  const { ca, apiServer } = await ensure();
  const [newest = "", middle = ""] = pemCertificates(ca.cert);
  const [leaf = "", byMiddle = "", byFirst = "", ...more] = pemCertificates(apiServer.cert);
  expect(more).toEqual([]);
  const way = [
    [leaf, byMiddle],
    [leaf, newest],
    [byMiddle, byFirst],
    [byMiddle, middle],
    [byFirst, first],
  ] as const;
  for (const [cert, issuer] of way) {
    expect(new X509Certificate(cert).checkIssued(new X509Certificate(issuer))).toBe(true);
    expect(signedBy(cert, issuer)).toBe(true);
  }
  expect([byMiddle, byFirst].map((cert) => new X509Certificate(cert).ca)).toEqual([true, true]);
  expect(signedBy(byFirst, newest)).toBe(false);
});

test("what was cut short goes on: announced twice is announced once, and the key in use keeps its certificate", async () => {
  const before = await ensure();
  await announceAuthorities(directory, pki());
  const announced = bundle();
  await announceAuthorities(directory, pki());
  expect(bundle()).toEqual(announced);
  // Cut between the certificates and the keys: the earlier key goes on.
  const files = ["ca", "front-proxy-ca", "etcd/ca"].map((file) => join(directory, `${file}.key`));
  const keys = files.map((file) => readFileSync(file, "utf8"));
  const next = readFileSync(join(directory, "ca.next.key"), "utf8");
  await promoteAuthorities(directory, pki());
  files.forEach((file, i) => writeFileSync(file, keys[i] ?? ""));
  writeFileSync(join(directory, "ca.next.key"), next);
  const between = await ensure();
  expect(pemCertificates(between.ca.cert)).toEqual(announced);
  expect(pemCertificates(between.apiServer.cert)[0]).toBe(before.apiServer.cert);
  expect((await ensure()).ca).toEqual(between.ca);
  await promoteAuthorities(directory, pki());
  expect((await ensure()).ca.key).toBe(next);
  // A key whose certificate was not written yet is made anew.
  writeFileSync(join(directory, "ca.next.key"), (await pki().createCa("kubernetes", DAY_MS)).key);
  await expect(promoteAuthorities(directory, pki())).rejects.toMatchObject({ code: "CaKeyMissing" });
  await announceAuthorities(directory, pki());
  expect(bundle().length).toBe(3);
});

test("a new key signs tokens, and those of the earlier one count until it is forgotten", async () => {
  const before = await ensure();
  const claims = { iss: "i", sub: "s", aud: [] };
  const old = await (await tokenSigner(before.serviceAccount.privateKey)).sign(claims);
  await newTokenKey(directory, pki());
  const after = await ensure();
  const verify = async (keys: readonly string[], token: string) =>
    (await (await tokenVerifier({ publicKeys: keys, issuers: ["i"], clock })).verify(token))?.sub;
  const young = await (await tokenSigner(after.serviceAccount.privateKey)).sign(claims);
  expect(await Promise.all([old, young].map((token) => verify(after.serviceAccountKeys, token)))).toEqual(["s", "s"]);
  await forgetEarlier(directory);
  const last = await ensure();
  expect(last.serviceAccount.privateKey).toBe(after.serviceAccount.privateKey);
  expect(await Promise.all([old, young].map((token) => verify(last.serviceAccountKeys, token)))).toEqual([
    undefined,
    "s",
  ]);
  expect(readFileSync(join(directory, "sa.pub"), "utf8")).toBe(last.serviceAccount.publicKey);
});
