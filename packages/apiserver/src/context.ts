import type { ApiRequest, ApiResponse, UserInfo } from "@skates/apimachinery";
import type { Route } from "./route.ts";

/** A request on its way through the chain. `user`, `warnings` and `annotations` are filled on the way. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly route: Route;
  /** Wall clock at arrival. */
  readonly nowMs: number;
  /** Monotonic clock at arrival. */
  readonly startedMs: number;
  /** Aborts when the caller has gone, when time is up (not for watches and streams), and when the server ends. */
  readonly signal: AbortSignal;
  /** Set by authentication, replaced by impersonation. */
  user: UserInfo;
  /** Gives other work a turn of the event loop: to be awaited now and then by what takes long. Set by priority and fairness. */
  turn: () => Promise<void>;
  /** Set by impersonation: who really asks, and by which verb that was allowed (empty: the old `impersonate`). */
  impersonation?: { readonly requester: UserInfo; readonly constraint: string } | undefined;
  /** Texts for `Warning` headers, in order. */
  readonly warnings: string[];
  /** What authorization and admission noted for the audit log. */
  readonly annotations: Map<string, string>;
}

export type Next = (context: RequestContext) => Promise<ApiResponse>;
/** A step of the chain that others bring: audit, impersonation, priority and fairness. */
export type Stage = (next: Next) => Next;

/** Writes what happens to requests. */
export interface Auditor {
  /** Stands between authentication and impersonation. */
  readonly stage: Stage;
  /** Told of requests whose sender is not known; they are answered with 401. */
  unauthenticated(context: RequestContext): void;
}
