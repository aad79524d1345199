import type { ApiResponse } from "@skates/apimachinery";
import { joinChunks } from "@skates/transport";

/** The bytes of a response, none where it has no body of bytes. Throws an Error once there are more than `limitBytes`. */
export async function limitedBytes({ body }: ApiResponse, limitBytes: number): Promise<Uint8Array> {
  if (body.kind !== "bytes") return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body.chunks) {
    length += chunk.length;
    if (length > limitBytes) throw new Error(`the response is longer than ${limitBytes} bytes, which is the limit`);
    chunks.push(chunk);
  }
  return joinChunks(chunks);
}
