// What the cluster's signers refuse, and which reason comes first, in upstream's words.
import type { SigningRequestInfo } from "@skates/pki";
import { expect, it } from "vitest";
import {
  CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  LEGACY_SIGNER,
  signerRefusal,
} from "./signer-rules.ts";

const node: SigningRequestInfo = {
  commonName: "system:node:n",
  organizations: ["system:nodes"],
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
};
const CLIENT = ["digital signature", "key encipherment", "client auth"];
const SERVER = ["digital signature", "server auth"];
const everything = { dnsNames: ["d"], ipAddresses: ["10.0.0.1"], emailAddresses: ["e@x"], uris: ["u:x"] };

const PAIRS: readonly (readonly [string, Partial<SigningRequestInfo>, readonly string[], string | undefined])[] = [
  [KUBELET_CLIENT_SIGNER, {}, CLIENT, undefined],
  [KUBELET_CLIENT_SIGNER, {}, ["digital signature", "client auth"], undefined],
  [KUBELET_CLIENT_SIGNER, { organizations: [], ...everything }, [], "subject organization is not system:nodes"],
  [KUBELET_CLIENT_SIGNER, everything, [], "DNS subjectAltNames are not allowed"],
  [KUBELET_CLIENT_SIGNER, { ...everything, dnsNames: [] }, [], "Email subjectAltNames are not allowed"],
  [
    KUBELET_CLIENT_SIGNER,
    { ...everything, dnsNames: [], emailAddresses: [] },
    [],
    "IP subjectAltNames are not allowed",
  ],
  [KUBELET_CLIENT_SIGNER, { uris: ["u:x"], commonName: "n" }, [], "URI subjectAltNames are not allowed"],
  [KUBELET_CLIENT_SIGNER, { commonName: "n" }, [], "subject common name does not begin with system:node:"],
  [KUBELET_CLIENT_SIGNER, {}, SERVER, "usages did not match [client auth digital signature key encipherment]"],
  [KUBELET_SERVING_SIGNER, { dnsNames: ["n"], ipAddresses: ["10.0.0.1"] }, SERVER, undefined],
  [KUBELET_SERVING_SIGNER, {}, SERVER, "DNS or IP subjectAltName is required"],
  [KUBELET_SERVING_SIGNER, everything, SERVER, "Email subjectAltNames are not allowed"],
  [KUBELET_SERVING_SIGNER, { ...everything, emailAddresses: [] }, SERVER, "URI subjectAltNames are not allowed"],
  [
    KUBELET_SERVING_SIGNER,
    { dnsNames: ["n"], commonName: "n" },
    CLIENT,
    "usages did not match [digital signature key encipherment server auth]",
  ],
  [
    KUBELET_SERVING_SIGNER,
    { dnsNames: ["n"], commonName: "n" },
    SERVER,
    "subject common name does not begin with system:node:",
  ],
  [CLIENT_SIGNER, { commonName: "jane", ...everything }, ["client auth"], undefined],
  [CLIENT_SIGNER, {}, ["server auth"], "invalid usage for client certificate: server auth"],
  [CLIENT_SIGNER, {}, ["digital signature"], "missing required usage for client certificate: client auth"],
  [LEGACY_SIGNER, { organizations: [] }, [], undefined],
  ["example.com/other", { organizations: [] }, [], undefined],
];

it.each(PAIRS)("%s, %j for %j: %s", (signer, info, usages, refusal) => {
  expect(signerRefusal(signer, { ...node, ...info }, usages)).toBe(refusal);
});
