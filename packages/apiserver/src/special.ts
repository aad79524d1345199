import type { ApiObject, ApiRequest, ApiResponse, Resource, Struct, Subresource, UserInfo } from "@skates/apimachinery";
import type { Registry } from "./registry/registry.ts";
import type { Route } from "./route.ts";

/**
 * Answers for one resource or subresource in the place of the registry: reviews, bindings, tokens, streams. The chain
 * (authentication, authorization) has run; admission runs when the handler calls `admit`.
 */
export interface SpecialHandler {
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  /** Absent: the resource itself. */
  readonly subresource?: string | undefined;
  /** The route's verbs that it answers: `get`, `create`, …; the others are left to the registry. */
  readonly verbs: readonly string[];
  /** May throw StatusError. */
  handle(call: SpecialCall): Promise<ApiResponse>;
}

export interface SpecialCall {
  readonly request: ApiRequest;
  readonly route: Route;
  readonly resource: Resource;
  readonly subresource: Subresource | undefined;
  readonly user: UserInfo;
  /** Wall clock of the request. */
  readonly nowMs: number;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly registry: Registry;
  /** The body as a value of `struct`, in any wire form, with defaults. Field validation as the request asks. */
  read<T>(struct: Struct): Promise<T>;
  /** Runs admission, mutating then validating. Gives the object as it came out. */
  admit<T extends ApiObject>(operation: "CREATE" | "UPDATE" | "CONNECT", object: T, old?: T): Promise<T>;
  /** Adds a `Warning` header. */
  warn(text: string): void;
}
