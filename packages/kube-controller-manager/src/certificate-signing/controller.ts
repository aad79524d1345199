import { certificateSigningRequests } from "@skates/api/certificates/v1";
import type { Component } from "@skates/component-base";
import type { SigningOptions, SigningRequestInfo } from "@skates/pki";
import { decided, withDecision } from "../certificate-signing-request/conditions.ts";
import { type RequestHandlerOptions, requestHandler } from "../certificate-signing-request/handle-requests.ts";
import { isOwnSigner, signerRefusal } from "../certificate-signing-request/signer-rules.ts";

/** Signs what was approved. */
export interface CertificateSigner {
  /** Throws `RequestUnreadable`. */
  readRequest(pem: string): Promise<SigningRequestInfo>;
  /** The certificate in PEM. */
  sign(request: string, options: SigningOptions): Promise<string>;
  /** The longest that a certificate lasts, and how long one lasts that asks for nothing: upstream's `--cluster-signing-duration`. */
  readonly validMs: number;
}

export interface SigningControllerOptions extends RequestHandlerOptions {
  readonly signer: CertificateSigner;
}

/** Upstream's limits of what may be asked for, and how certificates are dated back. */
const SHORTEST_MS = 600_000;
const SHORT_MS = 8 * 3_600_000;
const BACKDATED_MS = 300_000;

/** Signs requests that were approved, for the four signers of the cluster itself; what a signer does not sign has failed for good. */
export function certificateSigningController(options: SigningControllerOptions): Component {
  const { client, env, signer } = options;
  const requests = client.resource(certificateSigningRequests);
  return requestHandler("certificatesigningrequest-signing-controller", options, async (request, signal) => {
    const { signerName, usages = [], expirationSeconds } = request.spec;
    if (!isOwnSigner(signerName) || (request.status?.certificate ?? "") !== "") return;
    if (!decided(request, "Approved") || decided(request, "Denied") || decided(request, "Failed")) return;
    const pem = atob(request.spec.request);
    const refusal = signerRefusal(signerName, await signer.readRequest(pem), usages);
    if (refusal !== undefined) {
      const decision = { type: "Failed", reason: "SignerValidationFailure", message: refusal } as const;
      await requests.updateStatus(withDecision(request, decision, env.clock.nowMs()), {}, signal);
      return;
    }
    const certificate = await signer.sign(pem, { usages, validMs: validFor(expirationSeconds, signer.validMs) });
    await requests.updateStatus(
      { ...request, status: { ...request.status, certificate: btoa(certificate) } },
      {},
      signal,
    );
  });
}

/** Milliseconds from now to the end of the certificate. One that lasts long is as long as was asked for, with what it is dated back. */
export function validFor(expirationSeconds: number | undefined, longestMs: number): number {
  const wanted = expirationSeconds === undefined ? longestMs : Math.max(expirationSeconds * 1000, SHORTEST_MS);
  const validMs = Math.min(wanted, longestMs);
  return validMs < SHORT_MS ? validMs : validMs - BACKDATED_MS;
}
