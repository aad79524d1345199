// The checker accepts what a store may do and names what it may not: each kind of violation, made from a correct history.
import { describe, expect, it } from "vitest";
import { checkHistory } from "./check-history.ts";
import { type Answer, type Call, type HistoryEvent, historyOf, type Seen, type SeenChange } from "./history.ts";

const entry = (value: string, modified: number, created = modified): Seen => ({ key: "/a", value, modified, created });
const put = (value: string | undefined, revision: number, previous?: Seen): SeenChange => ({
  key: "/a",
  value,
  revision,
  previous,
});
const call = (id: string, asked: Call): HistoryEvent => ({ at: "call", id, call: asked });
const answer = (id: string, answered: Answer): HistoryEvent => ({ at: "answer", id, answer: answered });
const commit = (value: string | undefined, expected: number): Call => ({ kind: "commit", key: "/a", expected, value });
const watch = (id: string, ...batches: { changes: SeenChange[]; revision: number }[]): HistoryEvent[] => [
  { at: "watch", id, prefix: "/", after: 0 },
  ...batches.map(({ changes, revision }): HistoryEvent => ({ at: "batch", id, changes, revision })),
];
const CHANGES = [put("1", 1), put("2", 2, entry("1", 1)), put(undefined, 3, entry("2", 2, 1))];
const REFERENCE = watch("all", { changes: CHANGES, revision: 3 });
const CALLS: readonly HistoryEvent[] = [
  call("w1", commit("1", 0)),
  answer("w1", { kind: "written", revision: 1 }),
  call("w2", commit("2", 1)),
  answer("w2", { kind: "written", revision: 2 }),
  call("r", { kind: "range", prefix: "/" }),
  answer("r", { kind: "page", entries: [entry("2", 2, 1)], revision: 2 }),
  call("w3", commit(undefined, 2)),
  answer("w3", { kind: "written", revision: 3 }),
];
const check = (...events: readonly HistoryEvent[]): readonly string[] =>
  checkHistory(historyOf(events), { reference: "all", base: 0 });
const ask = (id: string, asked: Call, answered: Answer): HistoryEvent[] => [call(id, asked), answer(id, answered)];

describe("checkHistory", () => {
  it("accepts a correct history, with refusals, reads of the past and watches of any batches", () => {
    const more = [
      ...ask("x", commit("9", 1), { kind: "refused", current: undefined, revision: 3 }),
      ...ask("p", { kind: "range", prefix: "/", revision: 1 }, { kind: "page", entries: [entry("1", 1)], revision: 1 }),
      ...ask("h", { kind: "head" }, { kind: "head", revision: 3 }),
      ...ask("f", commit("8", 3), { kind: "failed", code: "Unavailable" }),
      ...watch(
        "w",
        { changes: CHANGES.slice(0, 1), revision: 1 },
        { changes: [], revision: 1 },
        { changes: CHANGES.slice(1), revision: 3 },
      ),
    ];
    expect(check(...CALLS, ...more, ...REFERENCE)).toEqual([]);
  });

  it("accepts a write of unknown outcome, whether it happened or not", () => {
    const unanswered = CALLS.filter((event) => !(event.at === "answer" && event.id === "w2"));
    expect(check(...unanswered, ...REFERENCE)).toEqual([]);
    expect(check(...CALLS, call("late", commit("7", 3)), ...REFERENCE)).toEqual([]);
  });

  it.each<[string, readonly HistoryEvent[], RegExp]>([
    [
      "a lost write",
      [...ask("w4", commit("4", 0), { kind: "written", revision: 4 })],
      /w4 was acknowledged at 4 and is lost/,
    ],
    [
      "two writes at one revision",
      [...ask("w4", commit("2", 1), { kind: "written", revision: 2 })],
      /were both written at 2/,
    ],
    [
      "another value than was written",
      [...ask("w4", commit("5", 1), { kind: "written", revision: 2 })],
      /w4 was acknowledged at 2, where/,
    ],
    [
      "a stale read",
      [...ask("s", { kind: "range", prefix: "/" }, { kind: "page", entries: [entry("2", 2, 1)], revision: 2 })],
      /s saw 2 after w3 had seen 3/,
    ],
    ["a stale head", [...ask("s", { kind: "head" }, { kind: "head", revision: 2 })], /s saw 2 after w3 had seen 3/],
    [
      "a read of what was not there",
      [...ask("s", { kind: "range", prefix: "/" }, { kind: "page", entries: [entry("2", 2, 1)], revision: 3 })],
      /s read \[.*\] at 3, where \[\] is/,
    ],
    [
      "another generation",
      [
        ...ask(
          "s",
          { kind: "range", prefix: "/", revision: 2 },
          { kind: "page", entries: [entry("2", 2, 2)], revision: 2 },
        ),
      ],
      /s read/,
    ],
    [
      "another revision than was asked for",
      [...ask("s", { kind: "range", prefix: "/", revision: 2 }, { kind: "page", entries: [], revision: 3 })],
      /s asked for 2 and was given 3/,
    ],
    [
      "a refusal without reason",
      [...ask("x", commit("9", 0), { kind: "refused", current: undefined, revision: 3 })],
      /x was refused though nothing is what it expected/,
    ],
    [
      "a refusal for what is not there",
      [...ask("x", commit("9", 9), { kind: "refused", current: entry("2", 2, 1), revision: 3 })],
      /x was refused for/,
    ],
    [
      "a gap in a watch",
      watch("w", { changes: CHANGES.slice(0, 1), revision: 3 }),
      /watch w got \[.*\] up to 3 after 0/,
    ],
    [
      "a watch that repeats",
      watch("w", { changes: CHANGES, revision: 3 }, { changes: CHANGES.slice(2), revision: 3 }),
      /watch w went back/,
    ],
    ["a watch in another order", watch("w", { changes: CHANGES.toReversed(), revision: 3 }), /watch w got/],
    [
      "progress that goes back",
      watch("w", { changes: CHANGES, revision: 3 }, { changes: [], revision: 2 }),
      /watch w went back from 3 to 2/,
    ],
    [
      "progress ahead of changes",
      watch("w", { changes: [], revision: 1 }, { changes: CHANGES, revision: 3 }),
      /watch w got \[\] up to 1/,
    ],
    [
      "a wrong previous value",
      watch("w", { changes: [put("1", 1, entry("0", 0))], revision: 1 }),
      /as what \/a=1@1 followed, not nothing/,
    ],
  ])("finds %s", (_, events, violation) => {
    expect(check(...CALLS, ...events, ...REFERENCE).join("\n")).toMatch(violation);
  });

  it("finds what nobody wrote, what failed and yet happened, and what happened twice", () => {
    const without = CALLS.filter((event) => !("id" in event && event.id === "w2"));
    expect(check(...without, ...REFERENCE).join("\n")).toMatch(/nobody wrote \/a=2@2/);
    const failed = [...without, ...ask("w2", commit("2", 1), { kind: "failed", code: "Unavailable" })];
    expect(check(...failed, ...REFERENCE).join("\n")).toMatch(/nobody wrote \/a=2@2/);
    const twice = watch("all", { changes: [put("1", 1), put("1", 2, entry("1", 1))], revision: 2 });
    expect(check(call("w1", commit("1", 0)), ...twice).join("\n")).toMatch(/nobody wrote \/a=1@2/);
  });

  it("finds a write over another revision than was expected", () => {
    const events = CALLS.map((event) =>
      event.at === "call" && event.id === "w3" ? call("w3", commit(undefined, 1)) : event,
    );
    expect(check(...events, ...REFERENCE)).toEqual(["w3 expected 1 and was written over 2"]);
  });
});
