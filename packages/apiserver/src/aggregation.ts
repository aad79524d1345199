import type { ApiRequest, ApiResponse, GroupVersion, JsonRecord, UserInfo } from "@skates/apimachinery";

/** A version of a group that another server answers for. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** Higher ones come first in discovery. */
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** What `/apis/<group>/<version>` of that server lists; undefined: it does not answer now. */
  readonly resources: readonly JsonRecord[] | undefined;
  /** Changes with its OpenAPI document; undefined: it has none. */
  readonly openApiHash: string | undefined;
}

/** A request on its way to another server. */
export interface ForwardedRequest {
  readonly request: ApiRequest;
  /** Whom the other server is told that it answers. */
  readonly user: UserInfo;
  readonly signal: AbortSignal;
}

/** Other servers that this one stands before. */
export interface Aggregation {
  /** Changes whenever `remotes` does. */
  generation(): number;
  remotes(): readonly RemoteVersion[];
  /** The version of a group that a path is about, if another server answers for it. Asked for each request: must be cheap. */
  versionOf(path: string): GroupVersion | undefined;
  /** Passes a request on to the server that answers for the version; never rejects but with the reason of the signal. */
  forward(group: string, version: string, forwarded: ForwardedRequest): Promise<ApiResponse>;
  /** The OpenAPI v3 document of a version; undefined when it cannot be had. */
  openApi(group: string, version: string): Promise<JsonRecord | undefined>;
}
