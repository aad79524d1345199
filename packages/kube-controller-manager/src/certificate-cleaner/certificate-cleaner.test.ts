// Requests for certificates that nobody needs any more, as pairs of a request and what becomes of it.
import type { CertificateSigningRequest, CertificateSigningRequestStatus } from "@skates/api/certificates/v1";
import { formatTime } from "@skates/apimachinery";
import { expect, it } from "vitest";
import { planCleaning } from "./controller.ts";

const nowMs = Date.parse("2026-01-10T00:00:00Z");
const HOUR = 3_600_000;
const ago = (ms: number): string => formatTime(nowMs - ms);
/** A certificate is its end, for this test. */
const readCertificate = (pem: string) => {
  if (pem === "?") throw Object.assign(new Error("unreadable"), { code: "CertificateUnreadable" });
  return { notAfterMs: Number(pem) };
};

function request(ageMs: number, status?: CertificateSigningRequestStatus): CertificateSigningRequest {
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "r", uid: "u", creationTimestamp: ago(ageMs) },
    spec: { request: "", signerName: "example.com/s" },
    status,
  };
}
const after = (type: string, ageMs: number, certificate?: string): CertificateSigningRequestStatus => ({
  conditions: [{ type, status: "True", lastUpdateTime: ago(ageMs) }],
  certificate: certificate === undefined ? undefined : btoa(certificate),
});

const PAIRS: readonly (readonly [string, CertificateSigningRequest, "deleted" | number])[] = [
  ["undecided for a day", request(24 * HOUR), 1],
  ["undecided for more than a day", request(24 * HOUR + 1000), "deleted"],
  ["denied for an hour", request(9 * HOUR, after("Denied", HOUR)), 1],
  ["denied for more than an hour", request(9 * HOUR, after("Denied", HOUR + 1000)), "deleted"],
  ["failed for half an hour", request(9 * HOUR, after("Failed", HOUR / 2)), HOUR / 2 + 1],
  ["failed for more than an hour", request(9 * HOUR, after("Failed", HOUR + 1000)), "deleted"],
  ["signed for half an hour", request(HOUR, after("Approved", HOUR / 2, String(nowMs + HOUR))), HOUR / 2 + 1],
  ["signed for more than an hour", request(HOUR, after("Approved", HOUR + 1000, String(nowMs + HOUR))), "deleted"],
  ["whose certificate ends sooner", request(HOUR, after("Approved", 0, String(nowMs + 1000))), 1001],
  ["whose certificate has ended", request(HOUR, after("Approved", 0, String(nowMs - 1))), "deleted"],
  ["signed by somebody in a form of their own", request(HOUR, after("Approved", 0, "?")), HOUR + 1],
  ["approved and not signed for an hour", request(30 * HOUR, after("Approved", 2 * HOUR)), 22 * HOUR + 1],
  ["approved and not signed for more than a day", request(30 * HOUR, after("Approved", 24 * HOUR + 1000)), "deleted"],
];

it.each(PAIRS)("a request %s", (_title, given, outcome) => {
  const { stages, requeueAfterMs } = planCleaning(given, nowMs, readCertificate);
  const deletes = stages.flat().map((action) => (action.do === "delete" ? action.uid : action.do));
  expect([deletes, requeueAfterMs]).toEqual(outcome === "deleted" ? [["u"], undefined] : [[], outcome]);
});
