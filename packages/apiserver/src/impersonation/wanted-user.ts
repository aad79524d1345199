import { type ApiRequest, badRequest, headerValues, type UserInfo } from "@skates/apimachinery";

const EXTRA = "impersonate-extra-";

/** Who the headers ask to be, as they say it; undefined: nobody else. Throws BadRequest when they ask for groups of nobody. */
export function wantedUser(request: ApiRequest): UserInfo | undefined {
  const { headers } = request;
  const name = headers["impersonate-user"] ?? "";
  const uid = headers["impersonate-uid"] ?? "";
  const groups = headerValues(request, "impersonate-group");
  const extra = new Map<string, readonly string[]>();
  for (const header of Object.keys(headers)) {
    if (!header.startsWith(EXTRA)) continue;
    const key = decodeKey(header.slice(EXTRA.length));
    extra.set(key, [...(extra.get(key) ?? []), ...headerValues(request, header)]);
  }
  if (name === "") {
    if (groups.length === 0 && uid === "" && extra.size === 0) return undefined;
    throw badRequest("requested groups, uid or extra without impersonating a user name");
  }
  return {
    name,
    groups,
    ...(uid === "" ? {} : { uid }),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // upstream takes keys that are not encoded as they are
  }
}
