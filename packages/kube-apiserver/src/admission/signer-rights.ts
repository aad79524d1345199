import { forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionAttributes, Authorizer } from "@skates/apiserver";

/** What is done in the name of a signer. */
export interface SignerDeed {
  readonly verb: "approve" | "sign" | "attest";
  readonly signerName: string;
  /** `approve requests with`, as the refusal says it. */
  readonly words: string;
}

/**
 * Refuses whoever may not do so for this signer, by its name or for all of its domain (`example.com/*`): upstream's rights on the
 * resource `signers`, which exists for this only.
 */
export async function checkSignerRight(
  authorizer: Authorizer,
  { attributes, deed }: { readonly attributes: AdmissionAttributes; readonly deed: SignerDeed },
  signal: AbortSignal,
): Promise<void> {
  const { user, resource, name } = attributes;
  const { verb, signerName, words } = deed;
  const [domain = ""] = signerName.split("/");
  for (const signer of [signerName, `${domain}/*`]) {
    const { decision } = await authorizer.authorize(
      {
        user,
        verb,
        resourceRequest: true,
        path: "",
        group: "certificates.k8s.io",
        version: "*",
        resource: "signers",
        subresource: "",
        namespace: "",
        name: signer,
      },
      signal,
    );
    if (decision === "allow") return;
  }
  throw forbiddenRequest(resource, name, `user not permitted to ${words} signerName ${JSON.stringify(signerName)}`);
}
