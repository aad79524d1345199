/** Typed client of the API over any `Handler`: start with `resource-client.ts`. */
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
