import { formatIp, parseIp } from "./ip.ts";

/** Warns of an address that could be written in fewer ways; what is none is left to validation. `at` is where it stands. */
export function ipWarnings(text: string, at: string): readonly string[] {
  const ip = parseIp(text);
  if (ip === undefined) return [];
  const canonical = formatIp(ip);
  if (ip.family === "IPv4" || canonical === text) return [];
  return [
    `${at}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
  ];
}

/** The same for a range, and for one that has bits set behind its prefix. */
export function cidrWarnings(text: string, at: string): readonly string[] {
  const slash = text.lastIndexOf("/");
  const ip = parseIp(text.slice(0, slash));
  const bits = Number(text.slice(slash + 1));
  if (slash < 0 || ip === undefined || !Number.isInteger(bits) || bits < 0 || bits > ip.bytes.length * 8) return [];
  const masked = formatIp({ ...ip, bytes: ip.bytes.map((byte, i) => byte & maskOf(bits - 8 * i)) });
  const network = `${masked}/${bits}`;
  if (masked !== formatIp(ip)) {
    const single = `${formatIp(ip)}/${ip.bytes.length * 8}`;
    const choice = `(should be ${JSON.stringify(network)} or ${JSON.stringify(single)}?)`;
    return [`${at}: CIDR value ${JSON.stringify(text)} is ambiguous in this context ${choice}`];
  }
  if (ip.family === "IPv4" || network === text) return [];
  const wanted = `should be in RFC 5952 canonical format (${JSON.stringify(network)})`;
  return [`${at}: IPv6 CIDR value ${JSON.stringify(text)} ${wanted}`];
}

/** A byte of a mask of which so many bits are left. */
function maskOf(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}
