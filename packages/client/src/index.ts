/**
 * Typed client of the API over any `Handler`: start with `resource-client.ts` for what it can do and `client.ts` for how. Reading
 * kubeconfig files is in `@skates/client/node`.
 */
export type { ClientErrorCode } from "./errors.ts";
export { type ClientOptions, clientFor } from "./client.ts";
export type {
  Client,
  DeleteCall,
  GetOptions,
  ListOptions,
  Patch,
  PatchOptions,
  ResourceClient,
  SubresourceClient,
  WatchOptions,
  WriteOptions,
} from "./resource-client.ts";
export type { RetryLimits } from "./retry.ts";
export type { Port } from "./port/port.ts";
export { portHandler } from "./port/port-handler.ts";
export { servePort } from "./port/serve-port.ts";
