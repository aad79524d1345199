import { constants, createInflate } from "node:zlib";
import { joinChunks } from "../chunks.ts";
import { spdyDictionary } from "../spdy/dictionary.ts";
import { violation } from "../spdy/frames.ts";
import type { HeaderInflater } from "../spdy/header-block.ts";

/** What a header block may grow to. */
const INFLATED_BYTES_MAX = 64 * 1024;

/** One zlib stream over all header blocks of a connection. Calls must not overlap. */
export function spdyInflater(): HeaderInflater {
  const dictionary = spdyDictionary();
  const inflate = createInflate({ dictionary, finishFlush: constants.Z_SYNC_FLUSH });
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  inflate.on("error", () => undefined); // a close follows, and is told to the caller
  inflate.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= INFLATED_BYTES_MAX) chunks.push(chunk);
    else inflate.destroy();
  });
  return {
    inflate: (block) =>
      new Promise((resolve, reject) => {
        chunks = [];
        bytes = 0;
        const failed = (): void => reject(violation("a header block that cannot be inflated, or is too large"));
        if (inflate.destroyed) return failed();
        inflate.once("close", failed);
        inflate.write(block, (error) => {
          inflate.off("close", failed);
          if ((error !== null && error !== undefined) || bytes > INFLATED_BYTES_MAX) failed();
          else resolve(joinChunks(chunks));
        });
      }),
  };
}
