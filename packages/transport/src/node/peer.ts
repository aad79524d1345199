import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";

/** Tells for each request on a connection who calls. */
export type PeerSource = () => Peer;

/**
 * The peer of a connection whose handshake is over. A certificate counts if its chain verified against the client CAs during the
 * handshake, and only until it expires: connections live longer than certificates.
 */
export function peerSource(socket: Socket, clock: Clock): PeerSource {
  const remoteAddress = plainAddress(socket.remoteAddress ?? "");
  const bare: Peer = { tls: { remoteAddress } };
  const certificate = socket instanceof TLSSocket && socket.authorized ? verifiedCertificate(socket) : undefined;
  if (certificate === undefined) return () => bare;
  const known: Peer = { tls: { remoteAddress, certificate } };
  return () => (clock.nowMs() <= certificate.notAfterMs ? known : bare);
}

function verifiedCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const sent = socket.getPeerCertificate(false);
  if (sent.subject === undefined) return undefined; // the type denies it, but no certificate is an empty object
  return {
    commonName: values(sent.subject.CN)[0] ?? "",
    organizations: values(sent.subject.O),
    serialNumber: sent.serialNumber,
    notAfterMs: Date.parse(sent.valid_to),
  };
}

function values(attribute: string | readonly string[] | undefined): readonly string[] {
  if (attribute === undefined) return [];
  return typeof attribute === "string" ? [attribute] : attribute;
}

/** IPv4 addresses on dual-stack sockets come as `::ffff:10.0.0.1`. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
