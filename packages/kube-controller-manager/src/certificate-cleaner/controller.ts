import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import { hasCode } from "@skates/component-base";
import { type Controller, deletion, type Lister, NOTHING, type Plan, watch } from "@skates/controller-runtime";
import type { CertificateInfo } from "@skates/pki";

export interface CertificateCleanerView {
  readonly requests: Lister<CertificateSigningRequest>;
}

/** Reads a certificate in PEM; throws `CertificateUnreadable`. */
export type ReadCertificate = (pem: string) => Pick<CertificateInfo, "notAfterMs">;

/** Upstream's, by what was decided; what waits for a decision, or for its certificate, has a day. */
const DECIDED_MS = 3_600_000;
const PENDING_MS = 24 * 3_600_000;

/** Deletes requests that nobody needs any more: they come with every rotation. */
export function certificateCleanerController(readCertificate: ReadCertificate): Controller<CertificateCleanerView> {
  return {
    name: "certificate-controller",
    watches: [watch({ resource: certificateSigningRequests, keys: ({ metadata: { name } }) => [{ name }] })],
    view: (listers) => ({ requests: listers.for(certificateSigningRequests) }),
    plan: ({ requests }, key, nowMs) => planCleaning(requests.get(key), nowMs, readCertificate),
  };
}

/** Deletes the request, or looks again when it will be time. */
export function planCleaning(
  request: CertificateSigningRequest | undefined,
  nowMs: number,
  readCertificate: ReadCertificate,
): Plan {
  if (request === undefined || request.metadata.deletionTimestamp !== undefined) return NOTHING;
  const atMs = uselessAtMs(request, readCertificate);
  if (atMs === undefined) return NOTHING;
  return nowMs > atMs
    ? { stages: [[deletion(certificateSigningRequests, request)]] }
    : { stages: [], requeueAfterMs: atMs - nowMs + 1 };
}

function uselessAtMs(request: CertificateSigningRequest, readCertificate: ReadCertificate): number | undefined {
  const { conditions = [], certificate = "" } = request.status ?? {};
  if (conditions.length === 0) return timeMs(request.metadata.creationTimestamp, PENDING_MS);
  const times = conditions.flatMap(({ type, lastUpdateTime }) => {
    if (type !== "Approved") return timeMs(lastUpdateTime, DECIDED_MS) ?? [];
    if (certificate === "") return timeMs(lastUpdateTime, PENDING_MS) ?? [];
    const ends = [timeMs(lastUpdateTime, DECIDED_MS), expiryMs(certificate, readCertificate)];
    return ends.filter((each) => each !== undefined);
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

function timeMs(time: string | undefined, afterMs: number): number | undefined {
  const atMs = Date.parse(time ?? "");
  return Number.isNaN(atMs) ? undefined : atMs + afterMs;
}

function expiryMs(certificate: string, readCertificate: ReadCertificate): number | undefined {
  try {
    return readCertificate(atob(certificate)).notAfterMs;
  } catch (error) {
    if (hasCode(error, "CertificateUnreadable")) return undefined; // another signer's, in a form of its own
    throw error;
  }
}
