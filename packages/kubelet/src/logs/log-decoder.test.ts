// CRI log records turned into what containers wrote, in pieces of every size.
import { expect, test } from "vitest";
import { LogDecoder } from "./log-decoder.ts";
import { type LogOptions, parseLogOptions } from "./log-options.ts";

const LOG = [
  "2026-01-01T00:00:00.000000001Z stdout F one",
  "2026-01-01T00:00:01.5Z stderr F two",
  "2026-01-01T00:00:02Z stdout P half",
  "2026-01-01T00:00:02Z stdout F  done",
  "2026-01-01T00:00:03Z stdout F ",
  "not a record",
  "2026-01-01T01:00:04.1+01:00 stdout F ünï",
  "",
].join("\n");

function read(over: Partial<LogOptions> = {}, step = 1e9): string {
  const decoder = new LogDecoder({ timestamps: false, stream: "All", ...over });
  const bytes = new TextEncoder().encode(LOG);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += step) out.push(...decoder.push(bytes.subarray(i, i + step)));
  return new TextDecoder().decode(new Uint8Array(out));
}

test("everything, whatever the pieces", () => {
  const whole = "one\ntwo\nhalf done\n\nünï\n";
  for (const step of [1, 2, 7, 50, 1e9]) expect(read({}, step)).toBe(whole);
});

test("times stand before lines, not before their continuations", () => {
  expect(read({ timestamps: true }).split("\n")).toEqual([
    "2026-01-01T00:00:00.000000001Z one",
    "2026-01-01T00:00:01.5Z two",
    "2026-01-01T00:00:02Z half done",
    "2026-01-01T00:00:03Z ",
    "2026-01-01T01:00:04.1+01:00 ünï",
    "",
  ]);
});

test("one stream, a later part, a limit", () => {
  expect(read({ stream: "Stderr" })).toBe("two\n");
  expect(read({ stream: "Stdout" })).toBe("one\nhalf done\n\nünï\n");
  expect(read({ sinceMs: Date.parse("2026-01-01T00:00:03Z") })).toBe("\nünï\n");
  expect(read({ limitBytes: 6 })).toBe("one\ntw");
});

test("options are those of PodLogOptions", () => {
  const parse = (text: string): LogOptions => parseLogOptions(new URLSearchParams(text), 100_000);
  expect(parse("")).toEqual({ follow: false, previous: false, timestamps: false, stream: "All" });
  expect(
    parse("follow=true&tailLines=5&sinceSeconds=10&limitBytes=7&timestamps=1&previous=false&stream=Stderr"),
  ).toEqual({
    follow: true,
    previous: false,
    timestamps: true,
    tailLines: 5,
    sinceMs: 90_000,
    limitBytes: 7,
    stream: "Stderr",
  });
  expect(parse("tail=all").tailLines).toBeUndefined();
  for (const bad of ["tailLines=-1", "limitBytes=0", "sinceSeconds=x", "stream=Both"])
    expect(() => parse(bad)).toThrow();
});
