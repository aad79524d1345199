import type { UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "../auth.ts";
import { forbidden } from "../forbidden.ts";
import { isPrefixedKey, nodeOf, serviceAccountOf } from "./user-names.ts";

const GROUP = "authentication.k8s.io";
const MASTERS = "system:masters";
/** From so many on, one question for all goes before one for each. */
const MANY = 4;

/** Asks whether somebody may become somebody else, field by field. */
export interface Asking {
  readonly authorizer: Authorizer;
  readonly requester: UserInfo;
  /** `impersonate`, or `impersonate:<mode>`. */
  readonly verb: string;
  /** Stricter, and with one question where there would be many. */
  readonly constrained: boolean;
}

/** Throws Forbidden, as clients are told it, unless the requester may. */
export async function mayBecome(asking: Asking, wanted: UserInfo, signal: AbortSignal): Promise<void> {
  const names = attributes(asking, { group: asking.constrained ? GROUP : "", resource: "users" });
  await ask(asking, { ...names, ...nameQuestion(asking, wanted.name) }, signal);
  if (wanted.uid !== undefined)
    await ask(asking, attributes(asking, { group: GROUP, resource: "uids", name: wanted.uid }), signal);
  await mayHaveGroups(asking, { ...names, resource: "groups" }, { groups: wanted.groups, signal });
  await mayHaveExtra(asking, wanted.extra ?? {}, signal);
}

/** Throws Forbidden unless it is allowed. */
export async function ask(
  { authorizer }: Pick<Asking, "authorizer">,
  question: AuthorizationAttributes,
  signal: AbortSignal,
): Promise<void> {
  const { decision, reason } = await authorizer.authorize(question, signal);
  if (decision !== "allow") throw forbidden(question, reason);
}

function nameQuestion({ constrained }: Asking, name: string): Partial<AuthorizationAttributes> {
  const node = constrained ? nodeOf(name) : undefined;
  if (node !== undefined) return { resource: "nodes", name: node };
  const account = serviceAccountOf(name);
  return account === undefined ? { name } : { resource: "serviceaccounts", ...account };
}

interface WantedGroups {
  readonly groups: readonly string[];
  readonly signal: AbortSignal;
}

async function mayHaveGroups(
  asking: Asking,
  question: AuthorizationAttributes,
  { groups, signal }: WantedGroups,
): Promise<void> {
  if (asking.constrained) {
    if (groups.includes("")) throw forbidden(question, "impersonating the empty string group is not allowed");
    if (groups.includes(MASTERS))
      throw forbidden({ ...question, name: MASTERS }, "impersonating the system:masters group is not allowed");
    if (groups.length >= MANY && (await allowed(asking, { ...question, name: "*" }, signal))) return;
  }
  for (const name of groups) await ask(asking, { ...question, name }, signal);
}

async function mayHaveExtra(
  asking: Asking,
  extra: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<void> {
  const entries = Object.entries(extra);
  if (entries.length === 0) return;
  const question = attributes(asking, { group: GROUP, resource: "userextras" });
  if (asking.constrained) {
    for (const entry of entries) {
      const wrong = wrongExtra(entry);
      if (wrong !== undefined) throw forbidden(question, wrong);
    }
    const count = entries.reduce((sum, [, values]) => sum + values.length, 0);
    if (count >= MANY && (await allowed(asking, { ...question, subresource: "*", name: "*" }, signal))) return;
  }
  for (const [subresource, values] of entries) {
    for (const name of values) await ask(asking, { ...question, subresource, name }, signal);
  }
}

function wrongExtra([key, values]: readonly [string, readonly string[]]): string | undefined {
  if (key === "") return "impersonating the empty string key in extra is not allowed";
  if (!isPrefixedKey(key)) {
    return `impersonating an invalid key in extra is not allowed: extra.key: Invalid value: ${JSON.stringify(key)}: must be a domain-prefixed path (such as "acme.io/foo")`;
  }
  return values.includes("") ? "impersonating the empty string value in extra is not allowed" : undefined;
}

async function allowed(
  { authorizer }: Asking,
  question: AuthorizationAttributes,
  signal: AbortSignal,
): Promise<boolean> {
  return (await authorizer.authorize(question, signal)).decision === "allow";
}

function attributes(
  { requester, verb }: Asking,
  part: Partial<AuthorizationAttributes> & { readonly group: string; readonly resource: string },
): AuthorizationAttributes {
  return {
    user: requester,
    verb,
    resourceRequest: true,
    path: "",
    version: "v1",
    subresource: "",
    namespace: "",
    name: "",
    ...part,
  };
}
