// Frames survive being written, cut into arbitrary pieces and read; what is malformed is refused, and nothing crashes the reader.
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, SPDY_FRAME_BYTES_MAX, type SpdyFrame, SpdyFrameReader } from "./frames.ts";

const id = fc.integer({ min: 1, max: 0x7fffffff });
const bytes = fc.uint8Array({ maxLength: 200 });
const anyFrame: fc.Arbitrary<SpdyFrame> = fc.oneof(
  fc.record({ type: fc.constant("data" as const), stream: id, fin: fc.boolean(), data: bytes }),
  fc.record({
    type: fc.constant("synStream" as const),
    stream: id,
    fin: fc.boolean(),
    unidirectional: fc.boolean(),
    block: bytes,
  }),
  fc.record({ type: fc.constant("synReply" as const), stream: id, fin: fc.boolean(), block: bytes }),
  fc.record({ type: fc.constant("headers" as const), stream: id, fin: fc.boolean(), block: bytes }),
  fc.record({ type: fc.constant("rstStream" as const), stream: id, status: fc.nat(11) }),
  fc.record({ type: fc.constant("settings" as const) }),
  fc.record({ type: fc.constant("ping" as const), id: fc.nat() }),
  fc.record({ type: fc.constant("goAway" as const), lastStream: id, status: fc.nat(2) }),
  fc.record({ type: fc.constant("windowUpdate" as const), stream: id, delta: id }),
);

function read(reader: SpdyFrameReader, all: Uint8Array, cuts: readonly number[]): SpdyFrame[] {
  const frames: SpdyFrame[] = [];
  const points = [...new Set([0, ...cuts.map((cut) => cut % (all.length + 1)), all.length])].sort((a, b) => a - b);
  for (let i = 1; i < points.length; i++) frames.push(...reader.push(all.slice(points[i - 1], points[i])));
  return frames.map(plain);
}

/** Views compare by their bytes. */
function plain(frame: SpdyFrame): SpdyFrame {
  if (frame.type === "data") return { ...frame, data: Uint8Array.from(frame.data) };
  return "block" in frame ? { ...frame, block: Uint8Array.from(frame.block) } : frame;
}

test("any frames, cut anywhere, are read as they were written", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 6 }), (frames, cuts) => {
      const all = Uint8Array.from(frames.flatMap((frame) => [...encodeFrame(frame)]));
      const reader = new SpdyFrameReader();
      expect(read(reader, all, cuts)).toEqual(frames);
      expect(reader.pending).toBe(0);
    }),
  );
});

test("the layout is that of the specification", () => {
  const hex = (frame: SpdyFrame): string => Buffer.from(encodeFrame(frame)).toString("hex");
  expect(hex({ type: "data", stream: 3, fin: true, data: Uint8Array.of(0xaa) })).toBe("00000003" + "01000001" + "aa");
  const syn = { type: "synStream", stream: 1, fin: false, unidirectional: true, block: Uint8Array.of(0xbb) } as const;
  expect(hex(syn)).toBe("80030001" + "0200000b" + "00000001" + "00000000" + "0000" + "bb");
  expect(hex({ type: "rstStream", stream: 5, status: 5 })).toBe("80030003" + "00000008" + "00000005" + "00000005");
  expect(hex({ type: "ping", id: 7 })).toBe("80030006" + "00000004" + "00000007");
  expect(hex({ type: "goAway", lastStream: 9, status: 0 })).toBe("80030007" + "00000008" + "00000009" + "00000000");
});

test("unknown control frames are skipped", () => {
  const unknown = Buffer.from("8003" + "00ff" + "00000002" + "abcd", "hex");
  const ping: SpdyFrame = { type: "ping", id: 1 };
  expect(read(new SpdyFrameReader(), Buffer.concat([unknown, encodeFrame(ping)]), [3])).toEqual([ping]);
});

test.each([
  ["another version", "80020006" + "00000004" + "00000001"],
  ["data without a stream", "00000000" + "00000000"],
  ["a control frame without a stream", "80030002" + "00000004" + "00000000"],
  ["a control frame that is too short", "80030001" + "00000004" + "00000001"],
  ["a frame that is too long", `00000001${(SPDY_FRAME_BYTES_MAX + 1).toString(16).padStart(8, "0")}`],
])("%s is refused", (_what, hex) => {
  expect(() => [...new SpdyFrameReader().push(Buffer.from(hex, "hex"))]).toThrow(
    expect.objectContaining({ code: "ProtocolViolation" }),
  );
});

test("no bytes do worse than that", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 5 }), (chunks) => {
      const reader = new SpdyFrameReader();
      try {
        for (const chunk of chunks) Array.from(reader.push(chunk));
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: "ProtocolViolation" });
      }
    }),
    { numRuns: 1_000 },
  );
});
