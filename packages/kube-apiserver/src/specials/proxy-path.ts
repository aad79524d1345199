import { type ApiRequest, type ApiResponse, badRequest } from "@skates/apimachinery";

/** Every verb that HTTP has a method for, and that of all other methods. */
export const PROXY_VERBS = ["get", "create", "update", "patch", "delete", ""] as const;

/** What `proxy` is asked to reach: `[scheme:]name[:port]`. */
export interface ProxyTarget {
  readonly scheme: "http" | "https";
  readonly name: string;
  /** A number or a name; empty: the only one there is. */
  readonly port: string;
}

/** Reads the name of a proxy request. Throws BadRequest. */
export function parseProxyTarget(text: string): ProxyTarget {
  const parts = text.split(":");
  const [first = "", second = "", third = ""] = parts;
  if (parts.length === 1) return { scheme: "http", name: first, port: "" };
  if (parts.length === 2) return { scheme: "http", name: first, port: second };
  const scheme = first === "" ? "http" : first;
  if (parts.length === 3 && (scheme === "http" || scheme === "https")) return { scheme, name: second, port: third };
  throw badRequest(`invalid proxy target ${JSON.stringify(text)}: it must be [http:|https:]name[:port]`);
}

/** A path cut in two behind `proxy`. */
export interface ProxyPath {
  /** What leads to the target: where links from its root must begin. */
  readonly prefix: string;
  /** Still encoded as it was sent; empty where even the `/` is missing. */
  readonly rest: string;
}

/** Reads the path of a request to `proxy`. */
export function proxyPath(
  path: string,
  { plural, name }: { readonly plural: string; readonly name: string },
): ProxyPath {
  // The name may have been sent with or without escapes.
  for (const sent of [encodeURIComponent(name), name]) {
    const prefix = `/${plural}/${sent}/proxy`;
    const at = path.indexOf(prefix);
    if (at >= 0) return { prefix: path.slice(0, at + prefix.length), rest: path.slice(at + prefix.length) };
  }
  return { prefix: path, rest: "" };
}

/** Pages that are asked for without a `/` at the end would resolve their own links wrongly: the caller is sent there. */
export function slashRedirect(
  { method, path, query, upgrade }: ApiRequest,
  { rest }: ProxyPath,
): ApiResponse | undefined {
  if (rest !== "" || upgrade !== undefined || (method !== "GET" && method !== "HEAD")) return undefined;
  const asked = query.size === 0 ? "" : `?${query.toString()}`;
  return { status: 301, headers: { location: `${path}/${asked}` }, body: { kind: "none" } };
}
