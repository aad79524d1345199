// Two sessions over a pair of streams in memory, and one against bytes written by hand.
import type { ByteStream } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { byteStreamPair } from "../byte-streams.ts";
import { encodeFrame, type SpdyFrame, SpdyFrameReader } from "../spdy/frames.ts";
import { HeaderBlockWriter } from "../spdy/header-block.ts";
import { type SpdySession, spdySession } from "../spdy/session.ts";
import type { SpdyStream } from "../spdy/stream.ts";
import { spdyInflater } from "./spdy-inflater.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function textOf(stream: ByteStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.readable) text += new TextDecoder().decode(chunk);
  return text;
}

function pair(onStream?: (stream: SpdyStream) => void): { client: SpdySession; server: SpdySession } {
  const [a, b] = byteStreamPair();
  const server = spdySession(a, { side: "server", inflater: spdyInflater(), onStream });
  return { client: spdySession(b, { side: "client", inflater: spdyInflater() }), server };
}

const echo = (stream: SpdyStream): void => {
  void (async () => {
    for await (const chunk of stream.readable) await stream.write(chunk);
    await stream.write(bytes(` from ${stream.headers["name"]}`));
    await stream.end();
  })();
};

test("streams carry headers and bytes, each direction with an end of its own", async () => {
  const { client } = pair(echo);
  const streams = await Promise.all(["a", "b", "c"].map((name) => client.open({ name })));
  expect(streams.map((stream) => stream.id)).toEqual([1, 3, 5]);
  for (const stream of streams) {
    await stream.write(bytes(`hello ${stream.id}`));
    await stream.end();
    await expect(stream.write(bytes("late"))).rejects.toMatchObject({ code: "StreamClosed" });
  }
  expect(await Promise.all(streams.map(textOf))).toEqual(["hello 1 from a", "hello 3 from b", "hello 5 from c"]);
});

test("a megabyte passes through, cut into frames", async () => {
  const { client } = pair(echo);
  const stream = await client.open({ name: "x" });
  const reading = textOf(stream);
  await stream.write(Buffer.alloc(1_000_000, "m"));
  await stream.end();
  expect((await reading).length).toBe(1_000_000 + " from x".length);
});

test("what one side does not read makes the other wait, and nothing is lost", async () => {
  let taken: SpdyStream | undefined;
  const { client } = pair((stream) => (taken = stream));
  const stream = await client.open({});
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 100; i++) {
      await stream.write(Buffer.alloc(32_768));
      written++;
    }
    await stream.end();
  })();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(written).toBeLessThan(40);
  let total = 0;
  for await (const chunk of taken!.readable) total += chunk.length;
  await writing;
  expect(total).toBe(100 * 32_768);
});

test("streams that nobody serves are refused; a reset ends reading and stops writing", async () => {
  await expect(pair().client.open({})).rejects.toMatchObject({ code: "StreamClosed" });
  const { client } = pair((stream) => stream.destroy());
  const stream = await client.open({});
  expect(await textOf(stream)).toBe("");
  await expect(stream.write(bytes("x"))).rejects.toMatchObject({ code: "StreamClosed" });
});

test("closing lets what was written arrive; then both sides know", async () => {
  const { client, server } = pair((stream) => {
    void (async () => {
      await stream.write(bytes("last words"));
      await stream.end();
      await server.close();
    })();
  });
  const stream = await client.open({});
  expect(await textOf(stream)).toBe("last words");
  expect(await client.closed).toBeUndefined();
  expect(await server.closed).toBeUndefined();
  await expect(client.open({})).rejects.toMatchObject({ code: "StreamClosed" });
});

test("a connection that breaks is told to every reader and waiting opener", async () => {
  const { client, server } = pair(() => undefined);
  const stream = await client.open({});
  const reading = textOf(stream);
  server.destroy(new Error("cable cut"));
  await expect(reading).rejects.toThrow();
  expect(await client.closed).toBeInstanceOf(Error);
});

/** A peer of bytes: what it is sent as frames, and a way to send it frames. */
function byHand(): { frames: SpdyFrame[]; send(frame: SpdyFrame | Uint8Array): Promise<void>; server: SpdySession } {
  const [a, b] = byteStreamPair();
  const server = spdySession(a, { side: "server", inflater: spdyInflater(), onStream: () => undefined });
  const frames: SpdyFrame[] = [];
  void (async () => {
    const reader = new SpdyFrameReader();
    for await (const chunk of b.readable) frames.push(...reader.push(chunk));
  })().catch(() => undefined);
  return { frames, server, send: (frame) => b.write(frame instanceof Uint8Array ? frame : encodeFrame(frame)) };
}

test("pings are answered, settings and window updates ignored", async () => {
  const peer = byHand();
  await peer.send({ type: "settings" });
  await peer.send({ type: "windowUpdate", stream: 1, delta: 10 });
  await peer.send({ type: "ping", id: 1 });
  await peer.send({ type: "ping", id: 2 }); // an answer to a ping that we never sent
  await expect.poll(() => peer.frames).toEqual([{ type: "ping", id: 1 }]);
});

test.each([
  ["a stream with the server's number", [2]],
  ["a number that was used before", [1, 1]],
  ["a number that goes back", [3, 1]],
])("%s ends the connection", async (_what, ids) => {
  const peer = byHand();
  const writer = new HeaderBlockWriter();
  for (const stream of ids)
    await peer.send({ type: "synStream", stream, fin: false, unidirectional: false, block: writer.write({}) });
  expect(await peer.server.closed).toMatchObject({ code: "ProtocolViolation" });
});

test("a connection that ends within a frame is broken", async () => {
  const [a, b] = byteStreamPair();
  const server = spdySession(a, { side: "server", inflater: spdyInflater() });
  await b.write(Uint8Array.of(0, 0, 0));
  await b.end();
  expect(await server.closed).toMatchObject({ code: "StreamClosed" });
});
