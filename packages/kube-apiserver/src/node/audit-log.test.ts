// The audit log as a file: one event a line, turned over by size, old ones removed or compressed.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { silentLogger, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AuditEvent } from "../audit/audit-event.ts";
import { auditLog, type AuditLogOptions } from "./audit-log.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "skates-audit-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const event = (uri: string): AuditEvent => ({
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Metadata",
  auditID: "id-1",
  stage: "ResponseComplete",
  requestURI: uri,
  verb: "get",
  user: { username: "ann", groups: ["a", "b"] },
  sourceIPs: ["192.0.2.1"],
  userAgent: "kubectl",
  responseStatus: { code: 200 },
  requestReceivedTimestamp: "2026-01-01T00:00:00.000000Z",
  stageTimestamp: "2026-01-01T00:00:00.000000Z",
});

function open(options: Partial<AuditLogOptions> = {}) {
  const path = join(directory, "logs", "audit.log");
  const clock = virtualClock();
  const sink = auditLog({
    path,
    format: "json",
    mode: "blocking",
    maxSizeMb: 1,
    maxAgeDays: 30,
    maxBackups: 2,
    compress: false,
    clock,
    log: silentLogger,
    lost: () => undefined,
    ...options,
  });
  const ended = new AbortController();
  const running = sink.run(ended.signal);
  const end = async (): Promise<void> => {
    ended.abort(new Error("over"));
    await running;
  };
  return { path, clock, sink, end };
}

it("writes JSON lines that only the owner can read, the last ones at the end", async () => {
  const { path, sink, end } = open();
  sink.take(event("/a"));
  sink.take(event("/b"));
  await end();
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).requestURI)).toEqual(["/a", "/b"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it("writes upstream's legacy line", async () => {
  const { path, sink, end } = open({ format: "legacy", mode: "blocking-strict" });
  sink.take(event("/a"));
  expect(readFileSync(path, "utf8")).toBe(
    '2026-01-01T00:00:00.000000Z AUDIT: id="id-1" stage="ResponseComplete" ip="192.0.2.1" method="get" user="ann" groups="\\"a\\",\\"b\\"" as="<self>" asgroups="<lookup>" user-agent="kubectl" namespace="<none>" uri="/a" response="200"\n',
  );
  await end();
});

it("begins a new file when one is full, and keeps as many old ones as it may", async () => {
  const { path, clock, sink, end } = open({ mode: "blocking-strict" });
  for (let i = 0; i < 5; i++) {
    await clock.advance(1_000);
    sink.take(event(`/${i}/${"x".repeat(700_000)}`));
  }
  await expect
    .poll(() => readdirSync(join(directory, "logs")).sort())
    .toEqual(["audit-2026-01-01T00-00-04.000.log", "audit-2026-01-01T00-00-05.000.log", "audit.log"]);
  expect(readFileSync(path, "utf8")).toContain('"/4/');
  await end();
});

it("compresses files that are put aside one after the other, each whole", async () => {
  const { clock, sink, end } = open({ mode: "blocking-strict", compress: true, maxBackups: 0 });
  for (let i = 0; i < 4; i++) {
    await clock.advance(1_000);
    sink.take(event(`/${i}/${"x".repeat(700_000)}`));
  }
  await end();
  const logs = join(directory, "logs");
  const compressed = readdirSync(logs).sort().slice(0, -1);
  const uris = compressed.map((name) => JSON.parse(gunzipSync(readFileSync(join(logs, name))).toString()).requestURI);
  expect(uris.map((uri: string) => uri.slice(0, 3))).toEqual(["/0/", "/1/", "/2/"]);
  expect(compressed.every((name) => name.endsWith(".log.gz"))).toBe(true);
});

it("goes on, and says so, when old files cannot be tidied or a file not be put aside", async () => {
  const counts: number[] = [];
  const { path, sink, clock, end } = open({ mode: "blocking-strict", lost: (count) => counts.push(count) });
  sink.take(event(`/0/${"x".repeat(700_000)}`));
  rmSync(join(directory, "logs"), { recursive: true });
  await clock.advance(3_600_000);
  expect(sink.take({ ...event(`/1/${"x".repeat(700_000)}`), stage: "RequestReceived" })).toBe(false);
  mkdirSync(join(directory, "logs"));
  writeFileSync(path, "");
  expect(sink.take({ ...event("/2"), stage: "RequestReceived" })).toBe(true);
  expect(counts).toEqual([1]);
  await end();
});

it("removes old files after their time and compresses the others", async () => {
  const { end } = open();
  await end();
  const logs = join(directory, "logs");
  writeFileSync(join(logs, "audit-2025-01-01T00-00-00.000.log"), "old");
  utimesSync(join(logs, "audit-2025-01-01T00-00-00.000.log"), 1_700_000_000, 1_700_000_000);
  writeFileSync(join(logs, "audit-2025-12-31T00-00-00.000.log"), "young");
  const again = open({ compress: true });
  await expect.poll(() => readdirSync(logs).sort()).toEqual(["audit-2025-12-31T00-00-00.000.log.gz", "audit.log"]);
  expect(gunzipSync(readFileSync(join(logs, "audit-2025-12-31T00-00-00.000.log.gz"))).toString()).toBe("young");
  await again.end();
});
