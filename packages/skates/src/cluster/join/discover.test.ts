// Whom a node that joins trusts: only what is signed with its token, and only the CA that was named.
import { seededRandom, virtualClock } from "@skates/component-base";
import { renderClusterInfo } from "@skates/pki";
import { detachedSignature, nodePki } from "@skates/pki/node";
import { expect, it } from "vitest";
import { hashOf, parseToken, trustedCa } from "./discover.ts";

const pki = nodePki({ clock: virtualClock(), random: seededRandom(1) });
const [ca, other] = await Promise.all([pki.createCa("kubernetes", 9e10), pki.createCa("kubernetes", 9e10)]);
const token = parseToken("abcdef.0123456789abcdef");
const server = "https://192.0.2.1:6443";
const kubeconfig = renderClusterInfo({ server, ca: ca.cert });
const data = { kubeconfig, "jws-kubeconfig-abcdef": detachedSignature(kubeconfig, token) };
const from =
  (changed: Readonly<Record<string, string>>, more: object = {}) =>
  () =>
    trustedCa({ ...data, ...changed }, { server, token, hashes: [], ...more });

it("takes a CA that is signed and has the hash", () => {
  expect(from({}, { hashes: [hashOf(ca.cert)] })()).toBe(ca.cert);
});

it("refuses with words what is not signed, tampered with, of another secret or of another hash", () => {
  const foreign = renderClusterInfo({ server, ca: other.cert });
  expect(from({}, { token: parseToken("zzzzzz.0123456789abcdef") })).toThrow("does not know a token zzzzzz");
  expect(from({}, { token: parseToken("abcdef.0123456789abcde0") })).toThrow("is not signed with token abcdef");
  expect(from({ kubeconfig: foreign })).toThrow("is not signed with token abcdef");
  expect(from({}, { hashes: [hashOf(other.cert)] })).toThrow(`the cluster's CA has the hash ${hashOf(ca.cert)}`);
  expect(() => parseToken("abc")).toThrow("invalid token");
});
