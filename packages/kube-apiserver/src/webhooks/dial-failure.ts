import { hasCode, messageOf } from "@skates/component-base";
import { urlHost } from "./service-endpoint.ts";

const TLS_FAILED = "tls: failed to verify certificate: x509:";

/** Codes of Node.js with what Go says instead: people search for these texts. */
const IN_GO: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `${TLS_FAILED} certificate signed by unknown authority`,
  SELF_SIGNED_CERT_IN_CHAIN: `${TLS_FAILED} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT: `${TLS_FAILED} certificate signed by unknown authority`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${TLS_FAILED} certificate signed by unknown authority`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `${TLS_FAILED} certificate signed by unknown authority`,
  CERT_HAS_EXPIRED: `${TLS_FAILED} certificate has expired or is not yet valid`,
  CERT_NOT_YET_VALID: `${TLS_FAILED} certificate has expired or is not yet valid`,
  UND_ERR_SOCKET: "EOF",
  ECONNRESET: "read: connection reset by peer",
  EPIPE: "write: broken pipe",
};

const SYSCALL_FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
};

/** What a client's handler threw, in Go's words where it has a known cause. */
export function dialFailure(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
    const text = knownFailure(error);
    if (text !== undefined) return text;
  }
  return messageOf(thrown);
}

function knownFailure(error: Error): string | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  const { code } = error;
  if (Object.hasOwn(IN_GO, code)) return IN_GO[code];
  if (hasCode(error, "UND_ERR_CONNECT_TIMEOUT")) return "dial tcp: i/o timeout";
  if (code === "ENOTFOUND") return `dial tcp: lookup ${textOf(error, "hostname")}: no such host`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return wrongName(error);
  const failure = Object.hasOwn(SYSCALL_FAILURES, code) ? SYSCALL_FAILURES[code] : undefined;
  if (failure === undefined) return undefined;
  return `dial tcp ${urlHost(textOf(error, "address"))}:${textOf(error, "port")}: connect: ${failure}`;
}

/** Node.js tells the names only within its text: `DNS:a.example, IP Address:10.0.0.1`. */
function wrongName(error: Error): string {
  const wanted = textOf(error, "host");
  const names = [...error.message.matchAll(/(?:DNS|IP Address):([^\s,]+)/g)].map(([, name = ""]) => name);
  if (names.length === 0) return `${TLS_FAILED} certificate is not valid for any names, but wanted to match ${wanted}`;
  return `${TLS_FAILED} certificate is valid for ${names.join(", ")}, not ${wanted}`;
}

function textOf(error: Error, field: string): string {
  const value: unknown = Object.getOwnPropertyDescriptor(error, field)?.value;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
