import { ListMeta, encodeProtobuf, protobufHeader } from "@skates/apimachinery";
import { ChunkBuilder } from "./chunks.ts";

/** The message of a list, `metadata = 1, items = 2` for all kinds, made of the messages that its items have already. */
export function protobufList(metadata: unknown, items: readonly Uint8Array[]): Uint8Array {
  const builder = new ChunkBuilder();
  const add = (tag: number, message: Uint8Array): void => {
    builder.add(protobufHeader(tag, message.length));
    builder.add(message);
  };
  add(1, encodeProtobuf(ListMeta, metadata));
  for (const item of items) add(2, item);
  return builder.take();
}
