import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { int64, ref, string } from "../../schema/type.ts";

export const ListMeta = struct("meta/v1.ListMeta", {
  selfLink: opt(1, string, ""),
  resourceVersion: opt(2, string, ""),
  continue: opt(3, string, ""),
  remainingItemCount: opt(4, int64, "", { keepZero: true }),
  shardInfo: opt(
    5,
    ref<ShardInfo>(() => ShardInfo),
    "",
    { gate: "ShardedListAndWatch" },
  ),
});
export interface ListMeta extends Infer<typeof ListMeta> {}

export const ShardInfo = struct("meta/v1.ShardInfo", {
  selector: req(1, string, ""),
});
export interface ShardInfo extends Infer<typeof ShardInfo> {}
