// When a key is worked on: as it is added, after the time that its work asks for, and later each time after failures. On a virtual clock.
import { type ObjectKey, StatusError } from "@skates/apimachinery";
import { type LogLine, loggerTo, virtualClock } from "@skates/component-base";
import { afterEach, expect, test } from "vitest";
import { keyWorker, type KeyWorkerOptions } from "./key-worker.ts";
import { testEnv } from "./testing/env.ts";

let stopping = new AbortController();
let running: Promise<void> = Promise.resolve();
afterEach(async () => {
  stopping.abort(new Error("the test is over"));
  await running;
});

function start(work: KeyWorkerOptions["work"]) {
  const clock = virtualClock();
  const lines: LogLine[] = [];
  const env = { ...testEnv(clock), log: loggerTo((line) => void lines.push(line)) };
  stopping = new AbortController();
  let add: (key: ObjectKey) => void = () => undefined;
  let synced = (): void => undefined;
  let ended = 0;
  const worker = keyWorker({
    name: "test",
    env,
    informers: [{ whenSynced: () => new Promise((resolve) => (synced = resolve)) }],
    follow: (adding) => {
      add = adding;
      return [() => void (ended += 1)];
    },
    work,
    failure: "it failed",
    backoffMs: 100,
  });
  running = worker.run(stopping.signal);
  return { clock, lines, worker, add: (name: string) => add({ name }), sync: () => synced(), ended: () => ended };
}

test("keys wait for the caches, and come back when their work asks for it", async () => {
  const done: string[] = [];
  const { clock, worker, add, sync } = start((key) => {
    done.push(key.name);
    return Promise.resolve(key.name === "again" && done.length < 4 ? 1000 : undefined);
  });
  add("once");
  add("again");
  await clock.advance(10);
  const before = [worker.ready(), [...done]];
  sync();
  await clock.advance(10);
  const first = [worker.ready(), [...done]];
  await clock.advance(5000);
  expect([before, first, done]).toEqual([
    [false, []],
    [true, ["once", "again"]],
    ["once", "again", "again", "again"],
  ]);
});

test("a failure is told and tried again, later each time; a conflict is not told", async () => {
  const errors = [new StatusError("Conflict", "changed"), new Error("broken")];
  const at: number[] = [];
  const { clock, lines, add, sync } = start(() => {
    at.push(clock.monotonicMs());
    const error = errors.shift();
    return error === undefined ? Promise.resolve(undefined) : Promise.reject(error);
  });
  sync();
  add("a");
  await clock.advance(1000);
  expect([at, lines.map(({ message, pairs }) => [message, pairs])]).toEqual([
    [0, 100, 300],
    [["it failed", { controller: "test", key: "a", cause: "broken" }]],
  ]);
});

test("one that is stopped follows nothing any more", async () => {
  const { clock, worker, sync, ended } = start(() => Promise.resolve(undefined));
  sync();
  await clock.advance(1);
  stopping.abort(new Error("enough"));
  await running;
  expect([worker.ready(), ended()]).toEqual([false, 1]);
});
