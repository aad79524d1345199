import { certificateSigningRequests } from "@skates/api/certificates/v1";
import type { AdmissionPlugin, Authorizer } from "@skates/apiserver";
import { requestOf } from "./certificate-request.ts";
import { checkSignerRight } from "./signer-rights.ts";

/** Approving asks for the right `approve` on the signer. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    handles: ({ operation, resource, subresource }) =>
      operation === "UPDATE" &&
      subresource === "approval" &&
      resource.group === certificateSigningRequests.group &&
      resource.plural === certificateSigningRequests.plural,
    async validate(attributes, signal) {
      const signerName = requestOf(attributes.old)?.spec.signerName ?? "";
      const deed = { verb: "approve", signerName, words: "approve requests with" } as const;
      await checkSignerRight(authorizer, { attributes, deed }, signal);
    },
  };
}
