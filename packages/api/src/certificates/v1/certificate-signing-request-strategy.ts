import type { Strategy } from "@skates/apimachinery";
import type { CertificateSigningRequest } from "./certificate-signing-request.ts";
import { csrErrors } from "./certificate-signing-request-rules.ts";

/** Where certificate signing requests depart from the conventions: they say who asked, and never ask for something else. */
export const certificateSigningRequestStrategy: Strategy<CertificateSigningRequest> = {
  prepare(next, old, request) {
    if (old !== undefined) return request.subresource === undefined ? { ...next, spec: old.spec } : next;
    const { name: username, uid, groups, extra } = request.user;
    return { ...next, spec: { ...next.spec, username, uid, groups, extra } };
  },
  validate: csrErrors,
  views: {
    approval: (next, old) => ({
      ...old,
      metadata: next.metadata,
      status: { ...old.status, conditions: next.status?.conditions },
    }),
  },
};
