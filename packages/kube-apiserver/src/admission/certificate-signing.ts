import { certificateSigningRequests } from "@skates/api/certificates/v1";
import { equalValues } from "@skates/apimachinery";
import type { AdmissionPlugin, Authorizer } from "@skates/apiserver";
import { requestOf } from "./certificate-request.ts";
import { checkSignerRight } from "./signer-rights.ts";

/** Writing the certificate or the conditions of a request asks for the right `sign` on the signer. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    handles: ({ operation, resource, subresource }) =>
      operation === "UPDATE" &&
      subresource === "status" &&
      resource.group === certificateSigningRequests.group &&
      resource.plural === certificateSigningRequests.plural,
    async validate(attributes, signal) {
      const old = requestOf(attributes.old);
      const next = requestOf(attributes.object);
      const sameCertificate = (old?.status?.certificate ?? "") === (next?.status?.certificate ?? "");
      if (sameCertificate && equalValues(old?.status?.conditions ?? [], next?.status?.conditions ?? [])) return;
      const deed = { verb: "sign", signerName: old?.spec.signerName ?? "", words: "sign requests with" } as const;
      await checkSignerRight(authorizer, { attributes, deed }, signal);
    },
  };
}
