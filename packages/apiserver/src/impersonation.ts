import { type ApiRequest, badRequest, type UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "./auth.ts";
import type { Stage } from "./context.ts";
import { forbidden } from "./forbidden.ts";

const EXTRA = "impersonate-extra-";
const SERVICE_ACCOUNT = "system:serviceaccount:";
const ANONYMOUS = "system:anonymous";

/** Lets users act as others whom they may impersonate: `kubectl --as`. The rest of the chain sees the other user only. */
export function impersonation(authorizer: () => Authorizer): Stage {
  return (next) => async (context) => {
    const wanted = wantedUser(context.request);
    if (wanted === undefined) return await next(context);
    for (const attributes of questions(context.user, wanted)) {
      const { decision, reason } = await authorizer().authorize(attributes, context.signal);
      if (decision !== "allow") throw forbidden(attributes, reason);
    }
    context.user = completed(wanted);
    return await next(context);
  };
}

/** Who the headers ask for; undefined: nobody. Throws BadRequest when they ask for groups of nobody. */
function wantedUser({ headers }: ApiRequest): UserInfo | undefined {
  const name = headers["impersonate-user"] ?? "";
  const groups = listed(headers["impersonate-group"]);
  const uid = headers["impersonate-uid"];
  const extra: Record<string, readonly string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (header.startsWith(EXTRA)) extra[decodeKey(header.slice(EXTRA.length))] = listed(value);
  }
  const hasExtra = Object.keys(extra).length > 0;
  if (name === "") {
    if (groups.length === 0 && uid === undefined && !hasExtra) return undefined;
    throw badRequest("requested groups, uid or extra without impersonating a user");
  }
  return { name, groups, uid, extra: hasExtra ? extra : undefined };
}

/** Repeated headers come joined. */
function listed(header: string | undefined): readonly string[] {
  return header === undefined ? [] : header.split(",").map((part) => part.trim());
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // upstream takes keys that are not encoded as they are
  }
}

/** What the caller must be allowed to take on all this: one question for each part. */
function* questions(user: UserInfo, wanted: UserInfo): Generator<AuthorizationAttributes> {
  const ask = (part: Partial<AuthorizationAttributes> & { readonly resource: string }): AuthorizationAttributes => ({
    user,
    verb: "impersonate",
    resourceRequest: true,
    path: "",
    group: "",
    version: "v1",
    subresource: "",
    namespace: "",
    name: "",
    ...part,
  });
  const account = serviceAccountOf(wanted.name);
  yield account === undefined
    ? ask({ resource: "users", name: wanted.name })
    : ask({ resource: "serviceaccounts", ...account });
  for (const name of wanted.groups) yield ask({ resource: "groups", name });
  if (wanted.uid !== undefined) yield ask({ group: "authentication.k8s.io", resource: "uids", name: wanted.uid });
  for (const [subresource, values] of Object.entries(wanted.extra ?? {})) {
    for (const name of values) yield ask({ group: "authentication.k8s.io", resource: "userextras", subresource, name });
  }
}

function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace, name, ...rest] = user.slice(SERVICE_ACCOUNT.length).split(":");
  return namespace === undefined || name === undefined || rest.length > 0 ? undefined : { namespace, name };
}

/** With the groups that every such user has. */
function completed(wanted: UserInfo): UserInfo {
  const account = serviceAccountOf(wanted.name);
  const own =
    account === undefined || wanted.groups.length > 0
      ? wanted.groups
      : ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`];
  const everybody = wanted.name === ANONYMOUS ? "system:unauthenticated" : "system:authenticated";
  const known = own.includes("system:authenticated") || own.includes("system:unauthenticated");
  return { ...wanted, groups: known ? own : [...own, everybody] };
}
