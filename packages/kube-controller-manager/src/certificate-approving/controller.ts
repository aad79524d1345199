import { subjectAccessReviews } from "@skates/api/authorization/v1";
import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import type { Component } from "@skates/component-base";
import type { SigningRequestInfo } from "@skates/pki";
import { decided, withDecision } from "../certificate-signing-request/conditions.ts";
import { type RequestHandlerOptions, requestHandler } from "../certificate-signing-request/handle-requests.ts";
import { type Recognized, recognize } from "./recognize.ts";

export interface ApprovingOptions extends RequestHandlerOptions {
  /** Throws `RequestUnreadable`. */
  readonly readRequest: (pem: string) => Promise<SigningRequestInfo>;
}

/** Approves requests of nodes, as far as those who ask have the right to ask; all others wait for somebody to decide. */
export function certificateApprovingController(options: ApprovingOptions): Component {
  const { client, env } = options;
  return requestHandler("certificatesigningrequest-approving-controller", options, async (request, signal) => {
    if ((request.status?.certificate ?? "") !== "" || decided(request, "Approved") || decided(request, "Denied"))
      return;
    if (decided(request, "Failed")) return;
    const info = await options.readRequest(atob(request.spec.request));
    for (const recognized of recognize(request, info)) {
      if (!(await may(options, { request, recognized }, signal))) continue;
      const decision = { type: "Approved", reason: "AutoApproved", message: recognized.message } as const;
      const approved = withDecision(request, decision, env.clock.nowMs());
      await client.resource(certificateSigningRequests).sub("approval").update(request.metadata, approved, {}, signal);
      return;
    }
  });
}

/** Upstream's question: may who asks create requests of this kind, a subresource that exists for this only? */
async function may(
  { client }: ApprovingOptions,
  { request, recognized }: { readonly request: CertificateSigningRequest; readonly recognized: Recognized },
  signal: AbortSignal,
): Promise<boolean> {
  const { username: user, uid, groups, extra } = request.spec;
  const { group, plural: resource } = certificateSigningRequests;
  const review = await client.resource(subjectAccessReviews).create(
    {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      metadata: { name: "" },
      spec: {
        user,
        uid,
        groups,
        extra,
        resourceAttributes: { group, version: "*", resource, verb: "create", subresource: recognized.subresource },
      },
    },
    {},
    signal,
  );
  return review.status?.allowed === true;
}
