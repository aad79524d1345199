// New authorities and keys beside those that are in use: what counts meanwhile, and what does not afterwards.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pemCertificates } from "../pem-bundle.ts";
import { type ClusterPki, ensureClusterPki } from "./cluster-pki.ts";
import { nodePki } from "./node-pki.ts";
import { forgetEarlier, newAuthorities, newTokenKey } from "./rotate.ts";
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

test("new authorities sign; the earlier ones stay behind them until they are forgotten, also when one is renewed", async () => {
  const before = await ensure();
  await newAuthorities(directory, pki());
  const after = await ensure();
  const [newest, earlier, ...more] = pemCertificates(after.ca.cert);
  expect([earlier, more]).toEqual([before.ca.cert, []]);
  expect(signedBy(after.apiServer.cert, newest)).toBe(true);
  expect(signedBy(after.frontProxyClient.cert, pemCertificates(after.frontProxyCa.cert)[0])).toBe(true);
  await clock.advance(3_640 * DAY_MS);
  const renewed = pemCertificates((await ensure()).ca.cert);
  expect([renewed.length, renewed[1]]).toEqual([2, earlier]);
  await forgetEarlier(directory);
  expect(pemCertificates((await ensure()).ca.cert)).toEqual([renewed[0]]);
});

test("where the making of a new authority was cut short, the earlier one goes on with its key", async () => {
  const before = await ensure();
  const files = ["ca", "front-proxy-ca", "etcd/ca"].map((file) => join(directory, `${file}.key`));
  const keys = files.map((file) => readFileSync(file, "utf8"));
  await newAuthorities(directory, pki());
  const made = pemCertificates(readFileSync(join(directory, "ca.crt"), "utf8"))[0];
  files.forEach((file, i) => writeFileSync(file, keys[i] ?? ""));
  const after = await ensure();
  expect(pemCertificates(after.ca.cert)).toEqual([before.ca.cert, made]);
  expect(after.apiServer).toEqual(before.apiServer);
  expect((await ensure()).ca).toEqual(after.ca);
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
