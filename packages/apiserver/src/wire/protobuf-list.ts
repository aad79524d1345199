import { ListMeta } from "@skates/apimachinery";
import { ChunkBuilder } from "./chunks.ts";
import { prefixed } from "./prefixed.ts";
import { encodeProtobuf } from "./protobuf.ts";

/** The message of a list, `metadata = 1, items = 2` for all kinds, made of the messages that its items have already. */
export function protobufList(metadata: unknown, items: readonly Uint8Array[]): Uint8Array {
  const builder = new ChunkBuilder();
  builder.add(prefixed(0x0a, encodeProtobuf(ListMeta, metadata)));
  for (const item of items) builder.add(prefixed(0x12, item));
  return builder.take();
}
