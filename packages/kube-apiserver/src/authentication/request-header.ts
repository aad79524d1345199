import { type ApiRequest, headerValues, type PeerCertificate, type UserInfo } from "@skates/apimachinery";

/** Which front proxies speak for others, and in which headers: upstream's `--requestheader-*`. */
export interface RequestHeaderOptions {
  /** PEM bundle of the CAs of front proxies. */
  readonly clientCa: string;
  /** Common names of front proxies; empty: any that the CAs signed. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** The headers that upstream's own aggregator sends. */
export const REQUEST_HEADERS: Omit<RequestHeaderOptions, "clientCa" | "allowedNames"> = {
  usernameHeaders: ["X-Remote-User"],
  uidHeaders: ["X-Remote-Uid"],
  groupHeaders: ["X-Remote-Group"],
  extraHeaderPrefixes: ["X-Remote-Extra-"],
};

/** Whom a front proxy speaks for; undefined: nobody, or this is no front proxy. Header names are matched whatever their case. */
export function proxiedUser(options: RequestHeaderOptions, request: ApiRequest): UserInfo | undefined {
  const proxy = "tls" in request.peer ? request.peer.tls.frontProxyCertificate : undefined;
  if (proxy === undefined || !isAllowed(options, proxy)) return undefined;
  const name = first(request, options.usernameHeaders);
  if (name === "") return undefined;
  const uid = first(request, options.uidHeaders);
  const extra = extraOf(request, options.extraHeaderPrefixes);
  return {
    name,
    ...(uid === "" ? {} : { uid }),
    groups: options.groupHeaders.flatMap((header) => sent(request, header)).filter((group) => group !== ""),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function isAllowed({ allowedNames }: RequestHeaderOptions, { commonName }: PeerCertificate): boolean {
  return allowedNames.length === 0 || allowedNames.includes(commonName);
}

function first(request: ApiRequest, headers: readonly string[]): string {
  return headers.flatMap((header) => sent(request, header).slice(0, 1)).find((value) => value !== "") ?? "";
}

function sent(request: ApiRequest, header: string): readonly string[] {
  return headerValues(request, lower(header));
}

/** Keys are percent-encoded in the header's name; one that is not well-formed is taken as it is. */
function extraOf(request: ApiRequest, prefixes: readonly string[]): Record<string, readonly string[]> {
  const out: Record<string, readonly string[]> = Object.create(null);
  for (const prefix of prefixes.map(lower)) {
    for (const header of Object.keys(request.headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = unescapeKey(header.slice(prefix.length));
      out[key] = [...(out[key] ?? []), ...headerValues(request, header)];
    }
  }
  return out;
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function lower(text: string): string {
  return text.toLowerCase();
}
