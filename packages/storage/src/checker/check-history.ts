import type { Revision } from "../revision-store.ts";
import type { History, Operation, Seen, SeenChange, Watched } from "./history.ts";
import { Timeline } from "./timeline.ts";

export interface CheckOptions {
  /** A watch of everything, from before the first call to after the last: what it delivered is taken for what happened, and checked. */
  readonly reference: string;
  /** What was there before the first call. */
  readonly base: Revision;
}

/**
 * What in a history no correct store could have done, in words; empty: nothing. The store names the revision of all it answers, so an
 * order of all operations is given and need not be searched for: calls are linearizable if every answer is right at its revision and
 * revisions never contradict real time.
 */
export function checkHistory(history: History, { reference, base }: CheckOptions): readonly string[] {
  const watch = history.watches.find((candidate) => candidate.id === reference);
  if (watch === undefined) return [`there is no watch ${reference}`];
  const timeline = new Timeline(watch.batches.flatMap((batch) => batch.changes));
  return [
    ...checkOrder(timeline),
    ...checkCommits(history, timeline, base),
    ...history.operations.flatMap((operation) => checkAnswer(operation, timeline)),
    ...checkRealTime(history.operations),
    ...history.watches.flatMap((candidate) => checkWatch(candidate, timeline)),
  ];
}

function checkOrder({ changes }: Timeline): string[] {
  const found: string[] = [];
  changes.forEach((change, i) => {
    const before = changes[i - 1];
    if (before !== undefined && before.revision >= change.revision)
      found.push(`revision ${change.revision} comes after ${before.revision}`);
  });
  return found;
}

/** Every acknowledged commit happened, once, where it was said; nothing else happened; each found what it expected. */
function checkCommits({ operations }: History, timeline: Timeline, base: Revision): string[] {
  const found: string[] = [];
  const byRevision = new Map(timeline.changes.map((change) => [change.revision, change]));
  const claimed = new Map<Revision, Operation>();
  const open: Operation[] = [];
  for (const operation of operations) {
    const { id, call, answer } = operation;
    if (call.kind !== "commit") continue;
    if (answer.kind === "unknown") open.push(operation);
    if (answer.kind !== "written") continue;
    const change = byRevision.get(answer.revision);
    const other = claimed.get(answer.revision);
    if (other !== undefined) found.push(`${id} and ${other.id} were both written at ${answer.revision}`);
    claimed.set(answer.revision, operation);
    if (change === undefined) found.push(`${id} was acknowledged at ${answer.revision} and is lost`);
    else if (change.key !== call.key || change.value !== call.value)
      found.push(`${id} was acknowledged at ${answer.revision}, where ${told(change)} is`);
  }
  for (const change of timeline.changes) {
    if (change.revision <= base) continue;
    const before = timeline.at(change.key, change.revision - 1)?.modified ?? 0;
    const operation = claimed.get(change.revision);
    if (operation === undefined) {
      const at = open.findIndex(({ call }) => fits(call, change, before));
      if (at < 0) found.push(`nobody wrote ${told(change)} at ${change.revision}`);
      else open.splice(at, 1);
    } else if (operation.call.kind === "commit" && operation.call.expected !== before)
      found.push(`${operation.id} expected ${operation.call.expected} and was written over ${before}`);
  }
  return found;
}

function fits(call: Operation["call"], change: SeenChange, before: Revision): boolean {
  return call.kind === "commit" && call.key === change.key && call.value === change.value && call.expected === before;
}

/** What was read is what was there at the revision that was named. */
function checkAnswer({ id, call, answer }: Operation, timeline: Timeline): string[] {
  if (answer.kind === "refused" && call.kind === "commit") {
    const there = timeline.at(call.key, answer.revision);
    if (!same(there, answer.current))
      return [`${id} was refused for ${toldEntry(answer.current)} at ${answer.revision}, where ${toldEntry(there)} is`];
    const right = (there?.modified ?? 0) === call.expected && !(call.value === undefined && there === undefined);
    return right ? [`${id} was refused though ${toldEntry(there)} is what it expected`] : [];
  }
  if (answer.kind === "page" && call.kind === "range") {
    if (call.revision !== undefined && call.revision !== answer.revision)
      return [`${id} asked for ${call.revision} and was given ${answer.revision}`];
    const there = timeline.all(call.prefix, answer.revision);
    const right = there.length === answer.entries.length && there.every((entry, i) => same(entry, answer.entries[i]));
    if (!right) {
      const lists = [answer.entries, there].map((list) => list.map(toldEntry).join(" "));
      return [`${id} read [${lists[0]}] at ${answer.revision}, where [${lists[1]}] is`];
    }
  }
  return [];
}

/** What begins after something has ended comes after it; two writes never share a revision, reads may. */
function checkRealTime(operations: readonly Operation[]): string[] {
  const found: string[] = [];
  const timed = operations.flatMap((operation) => {
    const { call, answer } = operation;
    // A read of the past says nothing of the present.
    if (!("revision" in answer) || (call.kind === "range" && call.revision !== undefined)) return [];
    return [{ ...operation, revision: answer.revision, writes: answer.kind === "written" }];
  });
  const ended = [...timed].sort((a, b) => a.end - b.end);
  let next = 0;
  let newest: (typeof timed)[number] | undefined;
  for (const operation of [...timed].sort((a, b) => a.start - b.start)) {
    for (let done = ended[next]; done !== undefined && done.end < operation.start; done = ended[++next]) {
      if (newest === undefined || done.revision > newest.revision) newest = done;
    }
    if (newest === undefined) continue;
    const back = operation.revision < newest.revision || (operation.writes && operation.revision === newest.revision);
    if (back) found.push(`${operation.id} saw ${operation.revision} after ${newest.id} had seen ${newest.revision}`);
  }
  return found;
}

/** Ordered, unique, complete, whole revisions, with what was before. */
function checkWatch({ id, prefix, after, batches }: Watched, timeline: Timeline): string[] {
  const found: string[] = [];
  let reached = after;
  for (const { changes, revision } of batches) {
    if (revision < reached || (revision === reached && changes.length > 0))
      found.push(`watch ${id} went back from ${reached} to ${revision}`);
    const expected = timeline.between(reached, revision).filter((change) => change.key.startsWith(prefix));
    const wanted = expected.map(told).join(" ");
    const got = changes.map(told).join(" ");
    if (wanted !== got) found.push(`watch ${id} got [${got}] up to ${revision} after ${reached}, not [${wanted}]`);
    for (const change of changes) {
      const before = timeline.at(change.key, change.revision - 1);
      if (!same(before, change.previous))
        found.push(
          `watch ${id} got ${toldEntry(change.previous)} as what ${told(change)} followed, not ${toldEntry(before)}`,
        );
    }
    reached = Math.max(reached, revision);
  }
  return found;
}

function same(a: Seen | undefined, b: Seen | undefined): boolean {
  return toldEntry(a) === toldEntry(b);
}

function told({ key, value, revision }: SeenChange): string {
  return `${key}=${value ?? "(deleted)"}@${revision}`;
}

function toldEntry(entry: Seen | undefined): string {
  return entry === undefined ? "nothing" : `${entry.key}=${entry.value}@${entry.created}..${entry.modified}`;
}
