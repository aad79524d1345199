import { badRequest } from "@skates/apimachinery";

/** Every verb that HTTP has a method for. */
export const PROXY_VERBS = ["get", "create", "update", "patch", "delete"] as const;

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

/** The path behind `proxy`, still encoded as it was sent; at least `/`. */
export function pathBehindProxy(
  path: string,
  { plural, name }: { readonly plural: string; readonly name: string },
): string {
  // The name may have been sent with or without escapes.
  for (const sent of [encodeURIComponent(name), name]) {
    const prefix = `/${plural}/${sent}/proxy`;
    const at = path.indexOf(prefix);
    if (at < 0) continue;
    const rest = path.slice(at + prefix.length);
    return rest === "" ? "/" : rest;
  }
  return "/";
}
