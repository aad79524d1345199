import type { ApiRequest, UserInfo } from "@skates/apimachinery";

/** Finds out who sent a request that came over TLS. Loopback requests carry their user already. */
export interface Authenticator {
  /** The user; undefined: nobody that is known, answered with 401. Throws StatusError to refuse with another reason. */
  authenticate(request: ApiRequest, signal: AbortSignal): Promise<UserInfo | undefined>;
}

/** What a user wants to do, as authorizers see it. */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** `get`, `list`, `create`, …; for other paths than resources the HTTP method in lower case. */
  readonly verb: string;
  /** True for requests on resources; false for paths such as `/healthz`, of which only `verb` and `path` count. */
  readonly resourceRequest: boolean;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty: all namespaces, or a cluster-scoped resource. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** Of list, watch and deletecollection, as sent. */
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

export interface Decision {
  readonly decision: "allow" | "deny" | "no opinion";
  /** Why; goes into the refusal's message. May be empty. */
  readonly reason: string;
  /** What went wrong while deciding: with it, not being allowed is a failure of the server, not a refusal. */
  readonly error?: string | undefined;
}

export interface Authorizer {
  authorize(attributes: AuthorizationAttributes, signal: AbortSignal): Promise<Decision>;
}
