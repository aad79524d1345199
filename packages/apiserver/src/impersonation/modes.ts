import { StatusError, type UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "../auth.ts";
import { type Asking, ask, mayBecome } from "./questions.ts";
import { nodeOf, runsOn, serviceAccountOf } from "./user-names.ts";

/** A request under another name: what is asked, by whom, and as whom. */
export interface Impersonation {
  readonly authorizer: Authorizer;
  /** Of the request itself, with who really asks. */
  readonly request: AuthorizationAttributes;
  readonly wanted: UserInfo;
}

/** As whom the request goes on. */
export interface Impersonated {
  readonly user: UserInfo;
  /** The verb by which it was allowed, for the audit log; empty: the old `impersonate`, which sets no bounds. */
  readonly constraint: string;
}

/** A way in which acting as somebody may be allowed. */
interface Mode {
  readonly name: string;
  fits(wanted: UserInfo, requester: UserInfo): boolean;
  /** The questions as they are put; default: as they are. */
  adjust?(question: AuthorizationAttributes): AuthorizationAttributes;
}

/** Strictest first. */
const MODES: readonly Mode[] = [
  { name: "associated-node", fits: isOwnNode, adjust: askedForAllNodes },
  { name: "arbitrary-node", fits: (wanted) => nameOnly(wanted) && nodeOf(wanted.name) !== undefined },
  { name: "serviceaccount", fits: (wanted) => nameOnly(wanted) && serviceAccountOf(wanted.name) !== undefined },
  {
    name: "user-info",
    fits: ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined,
  },
];

/**
 * Constrained impersonation: whoever may `impersonate:<mode>` a user may, as that user, do what `impersonate-on:<mode>:<verb>` names; the
 * old `impersonate` goes without bounds and is asked last. Throws the Forbidden of the first mode that fits.
 */
export async function impersonated(impersonation: Impersonation, signal: AbortSignal): Promise<Impersonated> {
  const { authorizer, request, wanted } = impersonation;
  const requester = request.user;
  let refusal: StatusError | undefined;
  for (const mode of MODES) {
    if (!mode.fits(wanted, requester)) continue;
    const verb = `impersonate:${mode.name}`;
    const refused = await refusalOf(async () => {
      const adjusted = adjustedBy(authorizer, mode);
      const on = { ...request, verb: `impersonate-on:${mode.name}:${request.verb}` };
      await ask({ authorizer: adjusted }, on, signal);
      await mayBecome({ authorizer: adjusted, requester, verb, constrained: true }, wanted, signal);
    });
    if (refused === undefined) return { user: completed(wanted, true), constraint: verb };
    refusal ??= refused;
  }
  const legacy: Asking = { authorizer, requester, verb: "impersonate", constrained: false };
  const refused = await refusalOf(() => mayBecome(legacy, wanted, signal));
  if (refused === undefined) return { user: completed(wanted, false), constraint: "" };
  throw refusal ?? refused;
}

/** Other failures than refusals rise. */
async function refusalOf(asked: () => Promise<void>): Promise<StatusError | undefined> {
  try {
    await asked();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Forbidden") return error;
    throw error;
  }
}

function adjustedBy(authorizer: Authorizer, { adjust }: Mode): Authorizer {
  if (adjust === undefined) return authorizer;
  return { authorize: (question, signal) => authorizer.authorize(adjust(question), signal) };
}

function nameOnly({ uid, groups, extra }: UserInfo): boolean {
  return uid === undefined && groups.length === 0 && extra === undefined;
}

function isOwnNode(wanted: UserInfo, requester: UserInfo): boolean {
  const node = nodeOf(wanted.name);
  return node !== undefined && nameOnly(wanted) && runsOn(requester, node);
}

/** The right is to be the node one runs on, whichever that is; of what the token says only the keys are shown. */
function askedForAllNodes(question: AuthorizationAttributes): AuthorizationAttributes {
  const keys = Object.keys(question.user.extra ?? {}).sort();
  const user = { ...question.user, extra: { "authentication.kubernetes.io/associated-node-keys": keys } };
  return { ...question, user, ...(question.verb === "impersonate:associated-node" ? { name: "*" } : {}) };
}

/** With the groups that every such user has. */
function completed(wanted: UserInfo, constrained: boolean): UserInfo {
  const own = wanted.groups.length > 0 ? wanted.groups : fixedGroups(wanted.name, constrained);
  if (wanted.name === "system:anonymous") return { ...wanted, groups: withGroup(own, "system:unauthenticated") };
  if (own.includes("system:unauthenticated")) return { ...wanted, groups: own };
  return { ...wanted, groups: withGroup(own, "system:authenticated") };
}

function fixedGroups(name: string, constrained: boolean): readonly string[] {
  if (constrained && nodeOf(name) !== undefined) return ["system:nodes"];
  const account = serviceAccountOf(name);
  return account === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`];
}

function withGroup(groups: readonly string[], group: string): readonly string[] {
  return groups.includes(group) ? groups : [...groups, group];
}
