import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate, TlsPeer } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";
import { type ClientTrust, verifiedAuthority } from "./client-trust.ts";

/** Tells for each request on a connection who calls. */
export type PeerSource = () => Peer;

/** A user's UID in the subject of a certificate, as upstream reads it. */
const UID_OID = "1.3.6.1.4.1.57683.2";

/**
 * The peer of a connection whose handshake is over. A certificate counts if its chain verified during the handshake, for as long as
 * the authority at its end is still trusted and it has not expired: connections live longer than certificates.
 */
export function peerSource(socket: Socket, clock: Clock, trust: () => ClientTrust): PeerSource {
  const remoteAddress = plainAddress(socket.remoteAddress ?? "");
  const bare: Peer = { tls: { remoteAddress } };
  const sent = socket instanceof TLSSocket ? sentCertificate(socket, trust()) : undefined;
  if (sent === undefined) return () => bare;
  const { certificate, authority, failure } = sent;
  const refused = (why: string): Peer => ({ tls: { remoteAddress, certificateFailure: why } });
  if (failure !== undefined) {
    const known = refused(failure);
    return () => known;
  }
  const expired = refused("certificate has expired");
  let peer = bare;
  let judgedBy: ClientTrust | undefined;
  return () => {
    const trusted = trust();
    if (trusted !== judgedBy) {
      judgedBy = trusted;
      peer = { tls: judged(trusted, { remoteAddress, certificate, authority }) };
    }
    return clock.nowMs() <= certificate.notAfterMs ? peer : expired;
  };
}

interface Verified {
  readonly remoteAddress: string;
  readonly certificate: PeerCertificate;
  readonly authority: string;
}

function judged(trust: ClientTrust, { remoteAddress, certificate, authority }: Verified): TlsPeer {
  const client = trust.clients.has(authority);
  const proxy = trust.frontProxies.has(authority);
  if (!client && !proxy) return { remoteAddress, certificateFailure: "certificate signed by unknown authority" };
  return {
    remoteAddress,
    ...(client ? { certificate } : {}),
    ...(proxy ? { frontProxyCertificate: certificate } : {}),
  };
}

interface Sent {
  readonly certificate: PeerCertificate;
  readonly authority: string;
  /** Why it did not verify. */
  readonly failure?: string | undefined;
}

function sentCertificate(socket: TLSSocket, trust: ClientTrust): Sent | undefined {
  const sent = socket.getPeerX509Certificate();
  if (sent === undefined) return undefined;
  const { subject } = sent.toLegacyObject();
  const certificate = {
    // Of several names the last counts, as in Go.
    commonName: values(subject.CN).at(-1) ?? "",
    organizations: values(subject.O),
    uid: values(new Map<string, string | readonly string[] | undefined>(Object.entries(subject)).get(UID_OID)).at(-1),
    serialNumber: sent.serialNumber,
    fingerprint: sent.fingerprint256.replaceAll(":", "").toLowerCase(),
    notAfterMs: Date.parse(sent.validTo),
  };
  if (socket.authorized) return { certificate, authority: verifiedAuthority(trust, sent) };
  const error: unknown = socket.authorizationError;
  return { certificate, authority: "", failure: error instanceof Error ? error.message : String(error) };
}

function values(attribute: string | readonly string[] | undefined): readonly string[] {
  if (attribute === undefined) return [];
  return typeof attribute === "string" ? [attribute] : attribute;
}

/** IPv4 addresses on dual-stack sockets come as `::ffff:10.0.0.1`. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
