// Certificates say what was asked, are accepted by OpenSSL's strict check, and requests are signed only with a good signature.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, virtualClock } from "@skates/component-base";
import { afterAll, expect, test } from "vitest";
import { nodePki } from "./node-pki.ts";

const DAY_MS = 86_400_000;
const clock = virtualClock(Date.parse("2026-11-20T12:00:00Z"));
const pki = nodePki({ clock, random: seededRandom(7) });
const ca = await pki.createCa("kubernetes", 3650 * DAY_MS);
const directory = mkdtempSync(join(tmpdir(), "skates-pki-"));
afterAll(() => rmSync(directory, { recursive: true }));

const openssl = (...args: string[]): string => execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" });
function openRequest(key: string, ...args: string[]): string {
  const curve = "ec_paramgen_curve:P-256";
  return openssl("req", "-new", "-newkey", "ec", "-pkeyopt", curve, "-nodes", "-keyout", key, ...args);
}
function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test("a certificate says what was asked, and its key belongs to it", async () => {
  const pair = await pki.authority(ca).issue({
    commonName: "system:node:n1",
    organizations: ["system:nodes", "second"],
    dnsNames: ["n1", "*.n1.example"],
    ipAddresses: ["10.0.0.1", "fd00::1"],
    usages: ["server", "client"],
    validMs: 365 * DAY_MS,
  });
  expect(pki.readCertificate(pair.cert)).toEqual({
    commonName: "system:node:n1",
    organizations: ["system:nodes", "second"],
    dnsNames: ["n1", "*.n1.example"],
    ipAddresses: ["10.0.0.1", "fd00::1"],
    notBeforeMs: clock.nowMs() - 300_000,
    notAfterMs: clock.nowMs() + 365 * DAY_MS,
    ca: false,
  });
  expect(() => pki.authority(pair)).not.toThrow();
  const caFile = file("ca.crt", ca.cert);
  const at = String(clock.nowMs() / 1000);
  const args = ["-x509_strict", "-attime", at, "-CAfile", caFile, file("n1.crt", pair.cert)];
  expect(openssl("verify", "-purpose", "sslserver", ...args)).toContain("OK");
  expect(openssl("verify", "-purpose", "sslclient", ...args)).toContain("OK");
});

test("usages are kept apart", async () => {
  const pair = await pki.authority(ca).issue({ commonName: "x", usages: ["client"], validMs: DAY_MS });
  const at = String(clock.nowMs() / 1000);
  const verify = (): string =>
    openssl(
      "verify",
      "-purpose",
      "sslserver",
      "-attime",
      at,
      "-CAfile",
      file("ca.crt", ca.cert),
      file("x.crt", pair.cert),
    );
  expect(verify).toThrow(/unsupported certificate purpose|unsuitable certificate purpose/);
});

test("no certificate outlives its CA", async () => {
  const short = await pki.createCa("short", 10 * DAY_MS);
  const pair = await pki.authority(short).issue({ commonName: "x", usages: ["client"], validMs: 365 * DAY_MS });
  expect(pki.readCertificate(pair.cert).notAfterMs).toBe(pki.readCertificate(short.cert).notAfterMs);
});

test("a renewed CA vouches for what it signed before", async () => {
  const pair = await pki.authority(ca).issue({ commonName: "x", usages: ["client"], validMs: DAY_MS });
  await clock.advance(DAY_MS / 2);
  const renewed = await pki.renewCa(ca, 3650 * DAY_MS);
  expect(pki.readCertificate(renewed.cert).notAfterMs).toBe(clock.nowMs() + 3650 * DAY_MS);
  const args = ["-attime", String(clock.nowMs() / 1000), "-CAfile", file("new.crt", renewed.cert)];
  expect(openssl("verify", "-x509_strict", ...args, file("x.crt", pair.cert))).toContain("OK");
});

test("a request made by OpenSSL is read and signed with its own subject, names and key", async () => {
  const key = join(directory, "csr.key");
  const names = "subjectAltName=DNS:n2,IP:10.0.0.2";
  const request = openRequest(key, "-subj", "/O=system:nodes/O=b/CN=system:node:n2", "-addext", names);
  expect(await pki.readRequest(request)).toEqual({
    commonName: "system:node:n2",
    organizations: ["system:nodes", "b"],
    dnsNames: ["n2"],
    ipAddresses: ["10.0.0.2"],
    emailAddresses: [],
    uris: [],
  });
  const cert = await pki.authority(ca).sign(request, { usages: ["digital signature", "server auth"], validMs: DAY_MS });
  expect(pki.readCertificate(cert)).toMatchObject({
    commonName: "system:node:n2",
    organizations: ["system:nodes", "b"],
    dnsNames: ["n2"],
    ipAddresses: ["10.0.0.2"],
  });
  expect(() => pki.authority({ cert, key: readFileSync(key, "utf8") })).not.toThrow();
  expect(new X509Certificate(cert).verify(new X509Certificate(ca.cert).publicKey)).toBe(true);
});

test("a request of our own is signed with the usages that were asked for", async () => {
  const subject = { commonName: "system:node:n4", organizations: ["system:nodes"], dnsNames: ["n4"] };
  const { request, key } = await pki.createRequest(subject);
  expect(await pki.readRequest(request)).toMatchObject({ ...subject, ipAddresses: [] });
  const cert = await pki
    .authority(ca)
    .sign(request, { usages: ["signing", "server auth", "ipsec user"], validMs: DAY_MS });
  expect(() => pki.authority({ cert, key })).not.toThrow();
  expect(new X509Certificate(cert).keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.7"]);
  expect(openssl("x509", "-noout", "-ext", "keyUsage", "-in", file("own.crt", cert))).toMatch(
    /critical\s+Digital Signature\s*$/,
  );
});

test("a request that was tampered with, or is none, is refused", async () => {
  const key = join(directory, "bad.key");
  const request = openRequest(key, "-subj", "/CN=system:node:n3");
  const der = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const at = der.indexOf("system:node:n3");
  der.write("system:admin:x", at);
  const tampered = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  for (const bad of [tampered, "nonsense", ca.cert]) {
    await expect(pki.readRequest(bad)).rejects.toMatchObject({ code: "RequestUnreadable" });
    await expect(pki.authority(ca).sign(bad, { usages: ["client auth"], validMs: DAY_MS })).rejects.toMatchObject({
      code: "RequestUnreadable",
    });
  }
});

test("a certificate beside another's key is refused", async () => {
  const other = await pki.createCa("other", DAY_MS);
  expect(() => pki.authority({ cert: ca.cert, key: other.key })).toThrow("do not belong together");
  expect(() => pki.authority({ cert: "x", key: other.key })).toThrow("cannot be read");
  expect(() => pki.readCertificate("x")).toThrow("not a certificate");
});
