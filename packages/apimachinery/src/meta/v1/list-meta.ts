import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { int64, ref, string } from "../../schema/type.ts";

export const ListMeta = struct(
  "meta/v1.ListMeta",
  {
    selfLink: opt(1, string, "Not used any more."),
    resourceVersion: opt(2, string, "Version of the collection at which the list was read; a watch can start from it."),
    continue: opt(3, string, "Where the next page starts; empty on the last page."),
    remainingItemCount: opt(4, int64, "How many objects follow on further pages, where the server knows it.", {
      keepZero: true,
    }),
    shardInfo: opt(
      5,
      ref<ShardInfo>(() => ShardInfo),
      "Which part of the collection the list holds, where only a part was asked for.",
      { gate: "ShardedListAndWatch" },
    ),
  },
  { doc: "Metadata of lists." },
);
export interface ListMeta extends Infer<typeof ListMeta> {}

export const ShardInfo = struct(
  "meta/v1.ShardInfo",
  {
    selector: req(1, string, "The selector that the part was chosen by."),
  },
  { doc: "Which part of a collection a list holds." },
);
export interface ShardInfo extends Infer<typeof ShardInfo> {}
