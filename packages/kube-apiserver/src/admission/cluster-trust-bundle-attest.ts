import { type ApiObject, equalValues } from "@skates/apimachinery";
import type { AdmissionPlugin, Authorizer } from "@skates/apiserver";
import { checkSignerRight } from "./signer-rights.ts";

interface Bundle extends ApiObject {
  readonly spec?: { readonly signerName?: string | undefined } | undefined;
}

/** Saying which roots a signer has asks for the right `attest` on it. */
export function clusterTrustBundleAttest(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "ClusterTrustBundleAttest",
    handles: ({ operation, resource }) =>
      (operation === "CREATE" || operation === "UPDATE") &&
      resource.group === "certificates.k8s.io" &&
      resource.plural === "clustertrustbundles",
    async validate(attributes, signal) {
      const signerName = signerOf(attributes.object);
      if (signerName === "" || (attributes.old !== undefined && !changed(attributes.object, attributes.old))) return;
      const deed = { verb: "attest", signerName, words: "attest for" } as const;
      await checkSignerRight(authorizer, { attributes, deed }, signal);
    },
  };
}

function signerOf(bundle: Bundle | undefined): string {
  return bundle?.spec?.signerName ?? "";
}

/** What the garbage collector changes, and a write that only stores anew, need no right. */
function changed(next: Bundle | undefined, old: Bundle): boolean {
  const content = (bundle: Bundle | undefined): unknown => {
    if (bundle === undefined) return undefined;
    const { labels = {}, annotations = {} } = bundle.metadata;
    return { spec: bundle.spec, labels, annotations };
  };
  return !equalValues(content(next), content(old));
}
