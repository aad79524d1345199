import { OperatingError, type Clock, type Logger } from "@skates/component-base";
import type { Handler } from "@skates/apimachinery";
import type { ServerLimits } from "../server-limits.ts";

/** What all connections of one server share. */
export interface ServerContext {
  readonly handler: Handler;
  readonly limits: ServerLimits;
  readonly log: Logger;
  readonly clock: Clock;
  /** True once the server takes no further requests on connections that are open. */
  closing: boolean;
  /** Ends a streaming response early, in good order; for watches when the server closes. */
  readonly endings: Set<() => void>;
}

/** The reason of a request's signal when its caller left. */
export function callerGone(): OperatingError {
  return new OperatingError("CallerGone", "the caller closed the connection");
}
