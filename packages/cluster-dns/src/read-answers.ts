import { type ResourceRecord, TYPE } from "./message.ts";
import { readName } from "./name-codec.ts";

/** The addresses and aliases among the answers of another server's reply; other records are left out. Stops where it is broken. */
export function readAnswers(packet: Uint8Array): readonly ResourceRecord[] {
  if (packet.length < 12) return [];
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  let at = 12;
  for (let i = view.getUint16(4); i > 0; i--) {
    const name = readName(packet, at);
    if (name === undefined) return [];
    at = name.end + 4;
  }
  const out: ResourceRecord[] = [];
  for (let i = view.getUint16(6); i > 0; i--) {
    const name = readName(packet, at);
    if (name === undefined || name.end + 10 > packet.length) return out;
    const type = view.getUint16(name.end);
    const ttlSeconds = view.getUint32(name.end + 4);
    const start = name.end + 10;
    const length = view.getUint16(name.end + 8);
    if (start + length > packet.length) return out;
    const record = readData(packet, type, start, length);
    if (record !== undefined) out.push({ name: name.name.toLowerCase(), ttlSeconds, data: record });
    at = start + length;
  }
  return out;
}

function readData(packet: Uint8Array, type: number, start: number, length: number): ResourceRecord["data"] | undefined {
  if (type === TYPE.A && length === 4) return { type: "A", address: packet.subarray(start, start + 4).join(".") };
  if (type === TYPE.AAAA && length === 16) {
    const groups: string[] = [];
    for (let i = 0; i < 16; i += 2)
      groups.push((((packet[start + i] ?? 0) << 8) | (packet[start + i + 1] ?? 0)).toString(16));
    return { type: "AAAA", address: groups.join(":") };
  }
  if (type !== TYPE.CNAME) return undefined;
  const target = readName(packet, start);
  return target === undefined ? undefined : { type: "CNAME", target: target.name.toLowerCase() };
}
