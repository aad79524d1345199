import { readName, type NameWriter, nameWriter } from "./name-codec.ts";
import type { Name } from "./name.ts";

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, ANY: 255 } as const;
export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
} as const;
const CLASS_IN = 1;
const HEADER_BYTES = 12;
/** What fits a UDP answer when the client says nothing else (RFC 1035). */
const UDP_BYTES = 512;
/** What we announce and never exceed over UDP, whatever the client offers: no fragments on usual links. */
const UDP_BYTES_MAX = 1232;

export interface Question {
  readonly name: Name;
  /** As the client spelled it: answers repeat its upper and lower case. */
  readonly spelling: string;
  readonly type: number;
}

export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly question: Question;
  /** Payload that the client can take over UDP; absent: it sent no OPT record. */
  readonly udpBytes: number | undefined;
}

export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: Name }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: Name;
    }
  | { readonly type: "TXT"; readonly texts: readonly string[] }
  | {
      readonly type: "SOA";
      readonly primary: Name;
      readonly mailbox: Name;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    };

export interface ResourceRecord {
  readonly name: Name;
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

export interface Answer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities?: readonly ResourceRecord[];
  readonly additional?: readonly ResourceRecord[];
}

/** Reads a query with one question. Undefined for what is no query at all (too short, or an answer): such packets get no reply. */
export function parseQuery(packet: Uint8Array): Query | { readonly id: number; readonly malformed: true } | undefined {
  if (packet.length < HEADER_BYTES) return undefined;
  const view = viewOf(packet);
  const flags = view.getUint16(2);
  if ((flags & 0x8000) !== 0) return undefined;
  const id = view.getUint16(0);
  if (view.getUint16(4) !== 1) return { id, malformed: true };
  const read = readName(packet, HEADER_BYTES);
  if (read === undefined || read.end + 4 > packet.length) return { id, malformed: true };
  if (view.getUint16(read.end + 2) !== CLASS_IN) return { id, malformed: true };
  return {
    id,
    opcode: (flags >> 11) & 0xf,
    recursionDesired: (flags & 0x0100) !== 0,
    question: { name: read.name.toLowerCase(), spelling: read.name, type: view.getUint16(read.end) },
    udpBytes: ednsPayload(packet, read.end + 4),
  };
}

/** The payload size of the OPT record, if the additional section starts with one, as it does in queries. */
function ednsPayload(packet: Uint8Array, start: number): number | undefined {
  const view = viewOf(packet);
  const before = view.getUint16(6) + view.getUint16(8);
  if (before !== 0 || view.getUint16(10) === 0 || start + 11 > packet.length) return undefined;
  if (packet[start] !== 0 || view.getUint16(start + 1) !== TYPE.OPT) return undefined;
  return view.getUint16(start + 3);
}

/** Writes an answer. Over UDP one that is too long is cut, with the mark that tells the client to come by TCP. */
export function writeAnswer(query: Query, answer: Answer, transport: "udp" | "tcp"): Uint8Array {
  const limit =
    transport === "tcp" ? 65_535 : Math.min(Math.max(query.udpBytes ?? UDP_BYTES, UDP_BYTES), UDP_BYTES_MAX);
  const whole = write(query, answer);
  if (whole.length <= limit) return whole;
  const cut = write(query, { ...answer, answers: [], authorities: [], additional: [] });
  cut[2] = (cut[2] ?? 0) | 0x02;
  return cut;
}

/** The answer to a packet that could not be read beyond its id. */
export function writeFormatError(id: number): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES);
  const view = viewOf(out);
  view.setUint16(0, id);
  view.setUint16(2, 0x8000 | RCODE.formatError);
  return out;
}

function write(query: Query, answer: Answer): Uint8Array {
  const { authorities = [], additional = [] } = answer;
  const out = nameWriter();
  out.uint16(query.id);
  const recursion = query.recursionDesired ? 0x0180 : 0x0080;
  out.uint16(0x8000 | (query.opcode << 11) | (answer.authoritative ? 0x0400 : 0) | recursion | answer.rcode);
  out.uint16(1);
  out.uint16(answer.answers.length);
  out.uint16(authorities.length);
  out.uint16(additional.length + (query.udpBytes === undefined ? 0 : 1));
  out.name(query.question.spelling);
  out.uint16(query.question.type);
  out.uint16(CLASS_IN);
  for (const record of [...answer.answers, ...authorities, ...additional]) writeRecord(out, record);
  if (query.udpBytes !== undefined) writeOpt(out);
  return out.bytes();
}

function writeOpt(out: NameWriter): void {
  out.uint8(0);
  out.uint16(TYPE.OPT);
  out.uint16(UDP_BYTES_MAX);
  out.uint32(0);
  out.uint16(0);
}

function writeRecord(out: NameWriter, { name, ttlSeconds, data }: ResourceRecord): void {
  out.name(name);
  out.uint16(TYPE[data.type]);
  out.uint16(CLASS_IN);
  out.uint32(ttlSeconds);
  out.sized(() => writeData(out, data));
}

function writeData(out: NameWriter, data: RecordData): void {
  switch (data.type) {
    case "A":
      for (const part of data.address.split(".")) out.uint8(Number(part));
      return;
    case "AAAA":
      for (const group of ipv6Groups(data.address)) out.uint16(group);
      return;
    case "CNAME":
    case "PTR":
    case "NS":
      out.name(data.target);
      return;
    case "SRV":
      out.uint16(data.priority);
      out.uint16(data.weight);
      out.uint16(data.port);
      out.plainName(data.target); // RFC 2782: never compressed
      return;
    case "TXT":
      for (const text of data.texts) out.text(text);
      return;
    case "SOA":
      out.name(data.primary);
      out.name(data.mailbox);
      for (const n of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) out.uint32(n);
  }
}

function ipv6Groups(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const part = (text: string): readonly number[] =>
    text === "" ? [] : text.split(":").map((g) => Number.parseInt(g, 16));
  const before = part(head);
  if (tail === undefined) return before;
  const after = part(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
