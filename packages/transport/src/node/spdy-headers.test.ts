// Header blocks: the dictionary is the specification's, our writer is read by zlib, zlib's blocks are read by us.
import { constants, createDeflate } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { spdyDictionary } from "../spdy/dictionary.ts";
import { HeaderBlockWriter, parseHeaderBlock, type SpdyHeaders } from "../spdy/header-block.ts";
import { spdyInflater } from "./spdy-inflater.ts";

/** What spdystream does: one zlib stream with the dictionary, flushed after each block. */
function compressor(): (block: Uint8Array) => Promise<Uint8Array> {
  const deflate = createDeflate({ dictionary: spdyDictionary(), level: 9 });
  return (block) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const onData = (chunk: Buffer): void => void chunks.push(chunk);
      deflate.on("data", onData);
      deflate.write(block);
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        deflate.off("data", onData);
        resolve(Buffer.concat(chunks));
      });
    });
}

function block(headers: SpdyHeaders): Uint8Array {
  const parts: Buffer[] = [];
  const number = (n: number): void => void parts.push(Buffer.from([n >>> 24, n >>> 16, n >>> 8, n]));
  const text = (t: string): void => {
    number(Buffer.byteLength(t));
    parts.push(Buffer.from(t));
  };
  number(Object.keys(headers).length);
  for (const [name, value] of Object.entries(headers)) {
    text(name);
    text(value);
  }
  return Buffer.concat(parts);
}

const STREAMS: readonly SpdyHeaders[] = [
  { streamtype: "error", port: "8080", requestid: "0" },
  { streamtype: "data", port: "8080", requestid: "0" },
  {},
  { "content-type": "text/html", "x-long": "häßlich ".repeat(500) },
];

test("the dictionary is the one that every peer has", () => {
  let [a, b] = [1, 0];
  for (const byte of spdyDictionary()) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  expect(spdyDictionary()).toHaveLength(1423);
  expect(((b << 16) | a) >>> 0).toBe(0xe3c6a7c2); // the dictionary's id in zlib headers of SPDY/3
});

test("compressed blocks, each referring to those before, are read", async () => {
  const compress = compressor();
  const inflater = spdyInflater();
  for (const headers of STREAMS)
    expect({ ...parseHeaderBlock(await inflater.inflate(await compress(block(headers)))) }).toEqual(headers);
});

test("each block that we write ends with an empty one, as after a flush: Go's reader waits for it", () => {
  const writer = new HeaderBlockWriter();
  const hex = (headers: SpdyHeaders): string => Buffer.from(writer.write(headers)).toString("hex");
  expect(hex({})).toBe("7801" + "000400fbff" + "00000000" + "000000ffff");
  expect(hex({})).toBe("000400fbff" + "00000000" + "000000ffff");
});

test("blocks that we write are read by zlib", async () => {
  const writer = new HeaderBlockWriter();
  const inflater = spdyInflater();
  const huge = { "x-huge": "y".repeat(60_000) };
  for (const headers of [...STREAMS, huge])
    expect({ ...parseHeaderBlock(await inflater.inflate(writer.write(headers))) }).toEqual(headers);
});

test("a block that inflates to megabytes, or is no zlib stream, is refused, and so is all that follows", async () => {
  const violation = { code: "ProtocolViolation" };
  const bomb = await compressor()(Buffer.alloc(10_000_000));
  const inflater = spdyInflater();
  await expect(inflater.inflate(bomb)).rejects.toMatchObject(violation);
  await expect(inflater.inflate(Buffer.alloc(4))).rejects.toMatchObject(violation);
  await expect(spdyInflater().inflate(Buffer.from("no zlib"))).rejects.toMatchObject(violation);
});

test("a block that lies about its lengths, repeats a name or is endless is refused; nothing does worse", () => {
  const refused = (bytes: Uint8Array): void => expect(() => parseHeaderBlock(bytes)).toThrow("SPDY/3.1");
  refused(Buffer.alloc(3));
  refused(Buffer.from("00000001" + "000000ff" + "61", "hex"));
  refused(Buffer.from("ffffffff", "hex"));
  refused(Buffer.from("00000002" + "0000000161" + "00000000" + "0000000161" + "00000000", "hex"));
  expect({ ...parseHeaderBlock(block({ __proto__x: "1", constructor: "2" })) }).toEqual({
    __proto__x: "1",
    constructor: "2",
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        parseHeaderBlock(bytes);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: "ProtocolViolation" });
      }
    }),
  );
});
