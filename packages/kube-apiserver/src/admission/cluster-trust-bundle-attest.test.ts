// ClusterTrustBundleAttest, which guards a kind that is served once its gate is on: who may say which roots a signer has.
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import type { AdmissionAttributes, Authorizer } from "@skates/apiserver";
import { expect, it } from "vitest";
import { clusterTrustBundleAttest } from "./cluster-trust-bundle-attest.ts";

/** Allows `attest` for one signer name. */
const allowing = (name: string): Authorizer => ({
  authorize: async (asked) => {
    const allowed = asked.verb === "attest" && asked.resource === "signers" && asked.name === name;
    return { decision: allowed ? "allow" : "no opinion", reason: "" };
  },
});
const bundle = (signerName: string | undefined, more: object = {}) => ({
  apiVersion: "certificates.k8s.io/v1beta1",
  kind: "ClusterTrustBundle",
  metadata: { name: "b", ...more },
  spec: { signerName, trustBundle: "" },
});
type Bundle = ReturnType<typeof bundle>;

async function judged(authorizer: Authorizer, object: Bundle, old?: Bundle): Promise<string> {
  const attributes = {
    operation: old === undefined ? "CREATE" : "UPDATE",
    resource: { ...customResourceDefinitions, group: "certificates.k8s.io", plural: "clustertrustbundles" },
    subresource: "",
    namespace: "",
    name: "b",
    object,
    old,
    options: {},
    user: { name: "jane", groups: [] },
    dryRun: false,
    nowMs: 0,
    warn: () => undefined,
    annotate: () => undefined,
  } as unknown as AdmissionAttributes; // the plugin looks at no more
  const plugin = clusterTrustBundleAttest(authorizer);
  if (!plugin.handles(attributes)) return "not handled";
  try {
    await plugin.validate?.(attributes, new AbortController().signal);
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

const REFUSED =
  'clustertrustbundles.certificates.k8s.io "b" is forbidden: user not permitted to attest for signerName "example.com/a"';

it("asks for the right to attest for the signer or its domain", async () => {
  const named = bundle("example.com/a");
  expect(await judged(allowing("example.com/a"), named)).toBe("allowed");
  expect(await judged(allowing("example.com/*"), named)).toBe("allowed");
  expect(await judged(allowing("example.com/b"), named)).toBe(REFUSED);
  expect(await judged(allowing(""), bundle(undefined))).toBe("allowed");
});

it("lets the garbage collector change what it must, and nobody else", async () => {
  const old = bundle("example.com/a");
  const nobody = allowing("");
  expect(await judged(nobody, bundle("example.com/a", { ownerReferences: [] }), old)).toBe("allowed");
  expect(await judged(nobody, bundle("example.com/a", { labels: { a: "b" } }), old)).toBe(REFUSED);
});
