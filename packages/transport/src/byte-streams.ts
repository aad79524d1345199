import type { ApiResponse, ByteStream } from "@skates/apimachinery";
import { asError, OperatingError } from "@skates/component-base";
import { BoundedQueue } from "./bounded-queue.ts";

/** What may be under way in one direction of a pair before its writer waits. */
const PAIR_BYTES = 256 * 1024;

/** Two ends of a connection in memory: what is written to one is read from the other. */
export function byteStreamPair(): readonly [ByteStream, ByteStream] {
  const there = new BoundedQueue<Uint8Array>({ limit: PAIR_BYTES, weigh: (chunk) => chunk.length });
  const back = new BoundedQueue<Uint8Array>({ limit: PAIR_BYTES, weigh: (chunk) => chunk.length });
  return [pairEnd(back, there), pairEnd(there, back)];
}

function pairEnd(from: BoundedQueue<Uint8Array>, to: BoundedQueue<Uint8Array>): ByteStream {
  return {
    readable: from,
    write: (chunk) => {
      if (to.ended) return Promise.reject(new OperatingError("StreamClosed", "the stream has ended"));
      return to.push(chunk) ? Promise.resolve() : to.room();
    },
    end: () => {
      to.end();
      return Promise.resolve();
    },
    destroy: (error) => {
      const reason = error ?? new OperatingError("StreamClosed", "the stream was destroyed");
      to.fail(reason);
      from.fail(reason);
    },
  };
}

/** Copies both ways until both directions have ended. If one breaks, both ends are destroyed and it throws. */
export async function joinStreams(a: ByteStream, b: ByteStream): Promise<void> {
  try {
    await Promise.all([copy(a, b), copy(b, a)]);
  } catch (thrown) {
    a.destroy(asError(thrown));
    b.destroy(asError(thrown));
    throw thrown;
  }
}

async function copy(from: ByteStream, to: ByteStream): Promise<void> {
  for await (const chunk of from.readable) await to.write(chunk);
  await to.end();
}

/**
 * The caller's end of an upgraded connection. Throws `UpgradeRefused` if the response is no upgrade; its body is then the caller's to
 * read.
 */
export function upgradedStream(response: ApiResponse): ByteStream {
  if (response.body.kind !== "upgrade")
    throw new OperatingError("UpgradeRefused", `the server answered ${response.status} instead of switching protocols`);
  const [mine, theirs] = byteStreamPair();
  response.body.accept(theirs).catch((thrown: unknown) => theirs.destroy(asError(thrown)));
  return mine;
}
