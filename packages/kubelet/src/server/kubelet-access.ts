import { type ApiRequest, StatusError, type UserInfo } from "@skates/apimachinery";
import { type TokenReview, tokenReviews } from "@skates/api/authentication/v1";
import { type SubjectAccessReview, subjectAccessReviews } from "@skates/api/authorization/v1";
import type { Client } from "@skates/client";
import { AnswerCache, type Clock, isAbort, messageOf } from "@skates/component-base";

/** What the API server is asked about callers. */
export interface AccessReviews {
  /** Whose token it is; undefined: nobody's that is good. */
  userOf(token: string, signal: AbortSignal): Promise<UserInfo | undefined>;
  allowed(user: UserInfo, attributes: NodeAttributes, signal: AbortSignal): Promise<boolean>;
}

/** What a request to a kubelet is, in terms of the API. */
export interface NodeAttributes {
  readonly verb: string;
  /** Of the resource `nodes`. */
  readonly subresource: string;
}

export interface KubeletAccessOptions {
  readonly reviews: AccessReviews;
  readonly clock: Clock;
}

/** Throws Unauthorized or Forbidden unless the caller may do this. */
export type KubeletAccess = (request: ApiRequest, page: string) => Promise<void>;

/** Upstream's times to remember answers for. */
const TOKEN_MS = 120_000;
const ALLOWED_MS = 300_000;
const REFUSED_MS = 30_000;
const REMEMBERED_MAX = 1000;

/** Callers are known by client certificate or by token, and judged by the API server; there are no anonymous ones. */
export function kubeletAccess({ reviews, clock }: KubeletAccessOptions): KubeletAccess {
  const users = new AnswerCache<UserInfo>({ clock, entriesMax: REMEMBERED_MAX });
  const answers = new AnswerCache<boolean>({ clock, entriesMax: REMEMBERED_MAX });

  async function tokenUser(token: string, signal: AbortSignal): Promise<UserInfo | undefined> {
    const known = users.find(token);
    if (known !== undefined) return known.answer;
    const user = await reviews.userOf(token, signal);
    if (user !== undefined) users.keep(token, user, TOKEN_MS);
    return user;
  }

  async function allowed(user: UserInfo, attributes: NodeAttributes, signal: AbortSignal): Promise<boolean> {
    const key = JSON.stringify([user.name, user.uid, user.groups, user.extra, attributes]);
    const known = answers.find(key);
    if (known !== undefined) return known.answer;
    const answer = await reviews.allowed(user, attributes, signal);
    answers.keep(key, answer, answer ? ALLOWED_MS : REFUSED_MS);
    return answer;
  }

  async function userOf({ peer, headers, signal }: ApiRequest): Promise<UserInfo> {
    const certificate = "tls" in peer ? peer.tls.certificate : undefined;
    if (certificate !== undefined) {
      const { commonName: name, organizations, uid } = certificate;
      return { name, uid, groups: [...organizations, "system:authenticated"] };
    }
    const token = /^bearer +(\S+)$/i.exec(headers["authorization"] ?? "")?.[1];
    const user = token === undefined ? undefined : await tokenUser(token, signal);
    if (user === undefined) throw new StatusError("Unauthorized", "Unauthorized");
    return user;
  }

  return async (request, page) => {
    const user = await userOf(request);
    const verb = verbOf(request.method, page);
    const subresources = subresourcesOf(page);
    const about = `(user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(" ")}])`;
    for (const subresource of subresources) {
      try {
        if (await allowed(user, { verb, subresource }, request.signal)) return;
      } catch (error) {
        if (isAbort(error, request.signal)) throw error;
        throw new StatusError("InternalError", `Authorization error ${about}: ${messageOf(error)}`);
      }
    }
    throw new StatusError("Forbidden", `Forbidden ${about}`);
  };
}

/** What runs or reaches something in a container is never a mere `get`, although WebSockets begin with GET. */
const ACTIONS: ReadonlySet<string> = new Set(["exec", "attach", "portForward", "run"]);
const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

function verbOf(method: string, page: string): string {
  return ACTIONS.has(page) ? "create" : (VERBS[method] ?? "");
}

/** Any of them will do. */
function subresourcesOf(page: string): readonly string[] {
  switch (page) {
    case "stats":
    case "metrics":
    case "checkpoint":
      return [page];
    case "logs":
      return ["log"];
    case "pods":
    case "runningpods":
      return ["pods", "proxy"];
    case "healthz":
    case "configz":
    case "statusz":
      return [page, "proxy"];
    default:
      return ["proxy"];
  }
}

/** Asks the API server, under the node's own identity. */
export function apiReviews(client: Client, nodeName: string): AccessReviews {
  return {
    async userOf(token, signal) {
      const review: TokenReview = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        metadata: { name: "" },
        spec: { token },
      };
      const { status } = await client.resource<TokenReview>(tokenReviews).create(review, {}, signal);
      const user = status?.authenticated === true ? status.user : undefined;
      if (user?.username === undefined || user.username === "") return undefined;
      return { name: user.username, uid: user.uid, groups: user.groups ?? [], extra: user.extra };
    },
    async allowed(user, { verb, subresource }, signal) {
      const { name, uid, groups, extra } = user;
      const review: SubjectAccessReview = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        metadata: { name: "" },
        spec: {
          user: name,
          groups,
          ...(uid === undefined ? {} : { uid }),
          ...(extra === undefined ? {} : { extra }),
          resourceAttributes: { verb, version: "v1", resource: "nodes", subresource, name: nodeName },
        },
      };
      const { status } = await client.resource<SubjectAccessReview>(subjectAccessReviews).create(review, {}, signal);
      return status?.allowed === true && status.denied !== true;
    },
  };
}
