// Pairs of streams in memory, and joining two of them.
import type { ByteStream } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { byteStreamPair, joinStreams, upgradedStream } from "./byte-streams.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function textOf(stream: ByteStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.readable) text += new TextDecoder().decode(chunk);
  return text;
}

test("what one end writes the other reads, each direction with an end of its own", async () => {
  const [a, b] = byteStreamPair();
  await a.write(bytes("to b"));
  await a.end();
  await b.write(bytes("to a"));
  expect(await textOf(b)).toBe("to b");
  await b.end();
  expect(await textOf(a)).toBe("to a");
  await expect(a.write(bytes("x"))).rejects.toMatchObject({ code: "StreamClosed" });
});

test("a writer waits for a slow reader", async () => {
  const [a, b] = byteStreamPair();
  let written = false;
  const writing = a.write(new Uint8Array(1_000_000)).then(() => (written = true));
  await Promise.resolve();
  expect(written).toBe(false);
  for await (const _ of b.readable) break;
  await writing;
});

test("destroying an end breaks both directions", async () => {
  const [a, b] = byteStreamPair();
  a.destroy(new Error("gone"));
  await expect(textOf(b)).rejects.toThrow("gone");
  await expect(b.write(bytes("x"))).rejects.toMatchObject({ code: "StreamClosed" });
});

test("joined streams copy both ways until both have ended; a break on one side breaks the other", async () => {
  const [a, a2] = byteStreamPair();
  const [b, b2] = byteStreamPair();
  const joined = joinStreams(a2, b2);
  await a.write(bytes("ping"));
  await a.end();
  expect(await textOf(b)).toBe("ping");
  await b.write(bytes("pong"));
  await b.end();
  expect(await textOf(a)).toBe("pong");
  await joined;

  const [c, c2] = byteStreamPair();
  const [d, d2] = byteStreamPair();
  const broken = joinStreams(c2, d2);
  c.destroy(new Error("gone"));
  await expect(broken).rejects.toThrow("gone");
  await expect(textOf(d)).rejects.toThrow("gone");
});

test("an upgraded response gives the caller its end; another response is refused", async () => {
  const stream = upgradedStream({
    status: 101,
    headers: {},
    body: { kind: "upgrade", accept: (theirs) => joinStreams(theirs, theirs) },
  });
  await stream.write(bytes("echo"));
  await stream.end();
  expect(await textOf(stream)).toBe("echo");
  expect(() => upgradedStream({ status: 403, headers: {}, body: { kind: "none" } })).toThrow(/answered 403/);
});
