import { goQuote } from "@skates/apimachinery";
import { AddressError, type IpAddress, parseIpAddress } from "./ip-address.ts";

/** A URL taken apart as Go's `net/url` does it. Texts are bytes: each character stands for one. */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: string;
  readonly host: string;
  readonly path: string;
  /** The path as written, if that is not how it would be written anew. */
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly fragment: string;
}

/** Why a text is no URL; the message is Go's. */
export class UrlError extends Error {
  override readonly name = "UrlError";
}

type Part = "path" | "user" | "host" | "zone" | "query" | "fragment";

/** Reads an absolute URL or path, as in a request: there is no fragment. Throws UrlError. */
export function parseRequestUri(text: string): GoUrl {
  return withContext(text, () => parse(bytesOf(text), true));
}

/** Reads a URL or reference, with its fragment. Throws UrlError. */
export function parseUrl(text: string): GoUrl {
  const hash = text.indexOf("#");
  const before = hash < 0 ? text : text.slice(0, hash);
  const url = withContext(before, () => parse(bytesOf(before), false));
  const fragment = hash < 0 ? "" : text.slice(hash + 1);
  return { ...url, fragment: withContext(text, () => unescape(bytesOf(fragment), "fragment")) };
}

function withContext<T>(text: string, parseIt: () => T): T {
  try {
    return parseIt();
  } catch (error) {
    if (error instanceof UrlError) throw new UrlError(`parse ${goQuote(text)}: ${error.message}`);
    throw error;
  }
}

/** The UTF-8 of a text, one character for each byte. */
function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** The text that the bytes are the UTF-8 of. */
export function textOf(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

const EMPTY: GoUrl = {
  scheme: "",
  opaque: "",
  user: "",
  host: "",
  path: "",
  rawPath: "",
  rawQuery: "",
  fragment: "",
};

function parse(text: string, isRequest: boolean): GoUrl {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new UrlError("net/url: invalid control character in URL");
  if (text === "" && isRequest) throw new UrlError("empty url");
  if (text === "*") return { ...EMPTY, path: "*" };
  const { scheme, rest: afterScheme } = splitScheme(text);
  const question = afterScheme.indexOf("?");
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  const url = { ...EMPTY, scheme, rawQuery: question < 0 ? "" : afterScheme.slice(question + 1) };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...url, opaque: rest };
    if (isRequest) throw new UrlError("invalid URI for request");
    if ((rest.split("/")[0] ?? "").includes(":")) throw new UrlError("first path segment in URL cannot contain colon");
  }
  let authority = { user: "", host: "" };
  if ((scheme !== "" || (!isRequest && !rest.startsWith("///"))) && rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    authority = parseAuthority(scheme, slash < 0 ? rest.slice(2) : rest.slice(2, slash));
    rest = slash < 0 ? "" : rest.slice(slash);
  }
  const path = unescape(rest, "path");
  return { ...url, ...authority, path, rawPath: escape(path, "path") === rest ? "" : rest };
}

function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  const match = /^([A-Za-z][A-Za-z\d+.-]*):/.exec(text);
  if (match?.[1] !== undefined) return { scheme: match[1].toLowerCase(), rest: text.slice(match[0].length) };
  if (text.startsWith(":")) throw new UrlError("missing protocol scheme");
  return { scheme: "", rest: text };
}

function parseAuthority(scheme: string, authority: string): { readonly user: string; readonly host: string } {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, at < 0 ? authority : authority.slice(at + 1));
  if (at < 0) return { user: "", host };
  const user = authority.slice(0, at);
  if (!/^[\w.~!$&'()*+,;=:%@-]*$/.test(user)) throw new UrlError("net/url: invalid userinfo");
  unescape(user, "user");
  return { user, host };
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf("[");
  if (bracket > 0) throw new UrlError("invalid IP-literal");
  if (bracket < 0) {
    // Lists of hosts, as some databases have them, are allowed in other schemes.
    const colon = scheme === "http" || scheme === "https" ? host.indexOf(":") : host.lastIndexOf(":");
    if (colon >= 0) checkPort(host.slice(colon));
    return unescape(host, "host");
  }
  const end = host.lastIndexOf("]");
  if (end < 0) throw new UrlError("missing ']' in host");
  const port = host.slice(end + 1);
  checkPort(port);
  const literal = host.slice(1, end);
  const zone = literal.indexOf("%25");
  const address =
    zone < 0
      ? unescape(literal, "host")
      : unescape(literal.slice(0, zone), "host") + unescape(literal.slice(zone), "zone");
  if (addressOf(address).bytes.length === 4) throw new UrlError("invalid IP-literal");
  return `[${address}]${unescape(port, "host")}`;
}

function addressOf(text: string): IpAddress {
  try {
    return parseIpAddress(text);
  } catch (error) {
    if (error instanceof AddressError) throw new UrlError(`invalid host: ${error.message}`);
    throw error;
  }
}

function checkPort(port: string): void {
  if (!isOptionalPort(port)) throw new UrlError(`invalid port ${goQuote(textOf(port))} after host`);
}

function isOptionalPort(port: string): boolean {
  return /^(?::\d*)?$/.test(port);
}

function unescape(text: string, part: Part): string {
  const isHost = part === "host" || part === "zone";
  return text.replace(/%.{0,2}|[^%]/gs, (piece) => {
    if (piece.startsWith("%")) return unescapeByte(piece, part);
    if (part === "query" && piece === "+") return " ";
    if (isHost && piece < "\u0080" && shouldEscape(piece, part))
      throw new UrlError(`invalid character ${goQuote(piece)} in host name`);
    return piece;
  });
}

function unescapeByte(piece: string, part: Part): string {
  const invalid = new UrlError(`invalid URL escape ${goQuote(textOf(piece))}`);
  if (!/^%[\da-fA-F]{2}$/.test(piece)) throw invalid;
  const byte = String.fromCharCode(Number.parseInt(piece.slice(1), 16));
  // In a host only what is no ASCII is escaped, and the percent sign before a zone.
  if (part === "host" && byte < "\u0080" && piece !== "%25") throw invalid;
  if (part === "zone" && piece !== "%25" && byte !== " " && shouldEscape(byte, "host")) throw invalid;
  return byte;
}

function escape(text: string, part: Part): string {
  return text.replace(/[^A-Za-z\d]/gs, (char) => {
    if (!shouldEscape(char, part)) return char;
    if (part === "query" && char === " ") return "+";
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

function shouldEscape(char: string, part: Part): boolean {
  if (/[A-Za-z\d\-_.~]/.test(char)) return false;
  if ((part === "host" || part === "zone") && `!$&'()*+,;=:[]<>"`.includes(char)) return false;
  if ("$&+,/:;=?@".includes(char)) {
    if (part === "path") return char === "?";
    if (part === "user") return "@/?:".includes(char);
    return part === "query";
  }
  return !(part === "fragment" && "!()*".includes(char));
}

/** The path as it is to be written. */
export function escapedPath({ path, rawPath }: GoUrl): string {
  const isValid = /^(?:[!$&'()*+,;=:@[\]%]|[A-Za-z\d\-_.~/])*$/.test(rawPath);
  if (rawPath !== "" && isValid && unescape(rawPath, "path") === path) return rawPath;
  return path === "*" ? "*" : escape(path, "path");
}

/** The host without its port and brackets, and the port. */
export function hostAndPort({ host }: GoUrl): { readonly hostname: string; readonly port: string } {
  const colon = host.lastIndexOf(":");
  const hasPort = colon >= 0 && isOptionalPort(host.slice(colon));
  const name = hasPort ? host.slice(0, colon) : host;
  const hostname = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
  return { hostname, port: hasPort ? host.slice(colon + 1) : "" };
}

/** The parameters of the query; what cannot be read is left out. */
export function queryOf({ rawQuery }: GoUrl): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const pair of rawQuery.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    const key = queryText(equals < 0 ? pair : pair.slice(0, equals));
    const value = queryText(equals < 0 ? "" : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    const values = out.get(key);
    if (values === undefined) out.set(key, [value]);
    else values.push(value);
  }
  return out;
}

function queryText(escaped: string): string | undefined {
  try {
    return textOf(unescape(escaped, "query"));
  } catch (error) {
    if (error instanceof UrlError) return undefined;
    throw error;
  }
}
