import type { ByteStream } from "@skates/apimachinery";
import { asError, messageOf, OperatingError } from "@skates/component-base";
import { byteStreamPair } from "../byte-streams.ts";
import type { MessageSocket } from "../message-socket.ts";
import { type ChannelProtocol, decodeChannel, encodeChannel } from "./channel-protocol.ts";
import type { ForwardedConnection } from "./port-forward.ts";

interface Served {
  readonly socket: MessageSocket;
  readonly protocol: ChannelProtocol;
  readonly ports: readonly number[];
  readonly signal: AbortSignal;
}

/**
 * Forwards one connection to each of the ports named in the request. The port at index i has channel 2i for its data and 2i+1 for
 * errors; on both the first two bytes are the port itself, little-endian.
 */
export async function servePortForwardOnWebSocket(
  { socket, protocol, ports, signal }: Served,
  forward: (connection: ForwardedConnection) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  const left = AbortSignal.any([signal, gone.signal]);
  const send = (channel: number, data: Uint8Array): Promise<void> =>
    socket.send(encodeChannel(protocol, { channel, data }));
  const pairs = ports.map(() => byteStreamPair());
  const receive = async (): Promise<void> => {
    for await (const message of socket.messages) {
      const decoded = decodeChannel(protocol, message);
      const pair = decoded === undefined || decoded.channel % 2 !== 0 ? undefined : pairs[decoded.channel / 2];
      if (decoded !== undefined) await pair?.[0].write(decoded.data).catch(() => undefined); // its connection is over
    }
  };
  const receiving = receive().catch(() => undefined); // the end of the client is that of its connections
  void receiving.then(async () => {
    gone.abort(new OperatingError("CallerGone", "the client closed the connection"));
    for (const [near] of pairs) await near.end();
  });
  const serve = async (index: number, port: number, [near, far]: readonly [ByteStream, ByteStream]): Promise<void> => {
    const name = Uint8Array.of(port & 0xff, port >> 8);
    await send(2 * index, name);
    await send(2 * index + 1, name);
    const sending = (async () => {
      for await (const chunk of near.readable) await send(2 * index, chunk);
    })().catch((thrown: unknown) => near.destroy(asError(thrown))); // the client left: that ends the connection
    try {
      await forward({ port, stream: far, signal: left });
    } catch (thrown) {
      await send(2 * index + 1, new TextEncoder().encode(messageOf(thrown)));
    }
    await far.end();
    await sending;
  };
  await Promise.all(pairs.map((pair, index) => serve(index, ports[index] ?? 0, pair)));
  await socket.close(1000, "");
}
