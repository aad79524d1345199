import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, int64, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const ListOptions = struct("meta/v1.ListOptions", {
  ...typeMeta,
  labelSelector: opt(1, string, ""),
  fieldSelector: opt(2, string, ""),
  watch: opt(3, bool, ""),
  allowWatchBookmarks: opt(9, bool, ""),
  resourceVersion: opt(4, string, ""),
  resourceVersionMatch: opt(10, string, "", { known: ["NotOlderThan", "Exact"] }),
  timeoutSeconds: opt(5, int64, "", { keepZero: true }),
  limit: opt(7, int64, ""),
  continue: opt(8, string, ""),
  sendInitialEvents: opt(11, bool, "", { keepZero: true }),
  shardSelector: opt(15, string, "", { gate: "ShardedListAndWatch" }),
});
export interface ListOptions extends Infer<typeof ListOptions> {}
