import { intOf, isInt, isUint } from "../integer.ts";
import type { CelBytes, CelDouble, CelUint } from "../value.ts";

/** A literal that its token allows but no value has; the message is upstream's. */
export class LiteralError extends Error {
  override readonly name = "LiteralError";
}

/** Reads `12`, `0xff`, with `-` before it where the expression has one. */
export function readInt(text: string): number | bigint {
  const negative = text.startsWith("-");
  const magnitude = BigInt(negative ? text.slice(1) : text);
  const value = negative ? -magnitude : magnitude;
  if (!isInt(value)) throw new LiteralError("invalid int literal");
  return intOf(value);
}

/** Reads `12u`, `0xffU`. */
export function readUint(text: string): CelUint {
  const value = BigInt(text.slice(0, -1));
  if (!isUint(value)) throw new LiteralError("invalid uint literal");
  return { kind: "uint", value };
}

/** Reads `1.5`, `.5e-3`. */
export function readDouble(text: string): CelDouble {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new LiteralError("invalid double literal");
  return { kind: "double", value };
}

/** Reads a text with its quotes, escapes resolved. */
export function readString(text: string): string {
  const { body, raw } = unquote(text);
  if (raw || !body.includes("\\")) return body;
  return body.replace(ESCAPES, (escape) => {
    const plain = PLAIN_ESCAPES.get(escape.charAt(1));
    if (plain !== undefined) return plain;
    const code = codeOf(escape);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new LiteralError("invalid unicode code point");
    return String.fromCodePoint(code);
  });
}

/** Reads a bytes literal: its text as UTF-8, with escapes that stand for one byte each. */
export function readBytes(text: string): CelBytes {
  const { body, raw } = unquote(text.slice(1));
  const encoder = new TextEncoder();
  if (raw || !body.includes("\\")) return { kind: "bytes", value: encoder.encode(body) };
  const out: number[] = [];
  let at = 0;
  for (const match of body.matchAll(ESCAPES)) {
    out.push(...encoder.encode(body.slice(at, match.index)), byteOf(match[0]));
    at = match.index + match[0].length;
  }
  out.push(...encoder.encode(body.slice(at)));
  return { kind: "bytes", value: Uint8Array.from(out) };
}

const ESCAPES = /\\(?:[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2}|.)/g;
const PLAIN_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["`", "`"],
  ["?", "?"],
]);

function unquote(text: string): { readonly body: string; readonly raw: boolean } {
  const raw = text.startsWith("r") || text.startsWith("R");
  const quoted = (raw ? text.slice(1) : text).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const width = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''")) ? 3 : 1;
  return { body: quoted.slice(width, -width), raw };
}

function codeOf(escape: string): number {
  return /[0-3]/.test(escape.charAt(1)) ? Number.parseInt(escape.slice(1), 8) : Number.parseInt(escape.slice(2), 16);
}

function byteOf(escape: string): number {
  const plain = PLAIN_ESCAPES.get(escape.charAt(1));
  if (plain !== undefined) return plain.charCodeAt(0);
  if (/[uU]/.test(escape.charAt(1))) throw new LiteralError("unable to unescape string");
  return codeOf(escape);
}
