import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, int64, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const ListOptions = struct(
  "meta/v1.ListOptions",
  {
    ...typeMeta,
    labelSelector: opt(1, string, "Only objects whose labels match."),
    fieldSelector: opt(2, string, "Only objects whose fields match."),
    watch: opt(3, bool, "Send what changes from now on instead of a list."),
    allowWatchBookmarks: opt(9, bool, "Send, now and then, an event that only tells how far the watch has come."),
    resourceVersion: opt(4, string, "From which version to watch, or how recent the list must be."),
    resourceVersionMatch: opt(10, string, "How resourceVersion is meant for a list: NotOlderThan or Exact.", {
      known: ["NotOlderThan", "Exact"],
    }),
    timeoutSeconds: opt(5, int64, "End the call after so many seconds, whether anything happened or not.", {
      keepZero: true,
    }),
    limit: opt(7, int64, "The most objects on one page."),
    continue: opt(8, string, "The token of the page before."),
    sendInitialEvents: opt(11, bool, "Begin the watch with an event for every object that there is, then a bookmark.", {
      keepZero: true,
    }),
    shardSelector: opt(15, string, "Only a part of the collection, chosen by a hash of a field.", {
      gate: "ShardedListAndWatch",
    }),
  },
  { doc: "How to list or watch objects." },
);
export interface ListOptions extends Infer<typeof ListOptions> {}
