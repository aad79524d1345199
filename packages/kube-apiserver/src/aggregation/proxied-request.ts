import type { ApiRequest, UserInfo } from "@skates/apimachinery";
import { publicHeaders } from "../kubelet/kubelets.ts";

/**
 * A request as an aggregated server gets it: without what proved who the caller is, and with the word of this front proxy on that.
 * Whatever the caller said of the kind is dropped.
 */
export function proxiedRequest(request: ApiRequest, user: UserInfo, signal: AbortSignal): ApiRequest {
  const { headers: own, repeated } = identityHeaders(user);
  const forwardedFor = forwarded(request);
  const headers = {
    ...publicHeaders(request.headers),
    ...own,
    ...(forwardedFor === "" ? {} : { "x-forwarded-for": forwardedFor }),
  };
  const kept = Object.entries(request.repeatedHeaders ?? {}).filter(([name]) => Object.hasOwn(headers, name));
  return { ...request, headers, repeatedHeaders: { ...Object.fromEntries(kept), ...repeated }, signal };
}

interface IdentityHeaders {
  /** Several values of a name are joined here, as they are on every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly repeated: Readonly<Record<string, readonly string[]>>;
}

/** `X-Remote-User`, `-Uid`, `-Group` and `-Extra-…`; groups and values stand one by one, for they may contain commas. */
function identityHeaders({ name, uid = "", groups, extra = {} }: UserInfo): IdentityHeaders {
  const values: [string, readonly string[]][] = [["x-remote-user", [name]]];
  if (uid !== "") values.push(["x-remote-uid", [uid]]);
  if (groups.length > 0) values.push(["x-remote-group", groups]);
  for (const [key, each] of Object.entries(extra)) {
    if (each.length > 0) values.push([`x-remote-extra-${escapedKey(key)}`, each]);
  }
  return {
    headers: Object.fromEntries(values.map(([header, each]) => [header, each.join(", ")])),
    repeated: Object.fromEntries(values.filter(([, each]) => each.length > 1)),
  };
}

/** Header names have few characters; what else a key has is percent-encoded, as upstream's reader of these headers undoes it. */
function escapedKey(key: string): string {
  return key.toLowerCase().replaceAll(/[^!#$&'*+\-.^_`|~0-9a-z]/gu, (character) => {
    const bytes = new TextEncoder().encode(character);
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

function forwarded({ headers, peer }: ApiRequest): string {
  const before = headers["x-forwarded-for"] ?? "";
  const address = "tls" in peer ? peer.tls.remoteAddress : "";
  return [before, address].filter((part) => part !== "").join(", ");
}
