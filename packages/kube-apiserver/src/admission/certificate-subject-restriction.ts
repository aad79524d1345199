import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { GROUP_MASTERS } from "../authentication/users.ts";
import { objectOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** Gives the subject of a PKCS #10 request in PEM; rejects what cannot be read. */
export type ReadRequestSubject = (
  pem: string,
) => Promise<{ readonly commonName: string; readonly organizations: readonly string[] }>;

/** Nobody asks for a client certificate of the group that may do everything: it could not be taken back. */
export function certificateSubjectRestriction(read: ReadRequestSubject): AdmissionPlugin {
  return {
    name: "CertificateSubjectRestriction",
    handles: (attributes) =>
      attributes.operation === "CREATE" &&
      objectOf<CertificateSigningRequest>(attributes, certificateSigningRequests)?.spec.signerName === CLIENT_SIGNER,
    async validate(attributes) {
      const request = objectOf<CertificateSigningRequest>(attributes, certificateSigningRequests);
      if (request === undefined) return;
      let organizations: readonly string[];
      try {
        ({ organizations } = await read(atob(request.spec.request)));
      } catch (error) {
        throw refusal(attributes, `failed to parse CSR: ${messageOf(error)}`);
      }
      if (organizations.includes(GROUP_MASTERS)) {
        throw refusal(attributes, `use of ${CLIENT_SIGNER} signer with ${GROUP_MASTERS} group is not allowed`);
      }
    },
  };
}
