// Shows upstream's table of resourceVersion and resourceVersionMatch for get, list and watch, and what becomes of continue tokens: a row
// each, with the whole answer.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer, type WatchFrame } from "./test-server.ts";

const MAPS = "/api/v1/namespaces/ns/configmaps";
const MERGE = { "content-type": "application/merge-patch+json" };

let api: TestServer;
/** Versions by what had happened: `a` and `b` made, `a` changed, `c` made. Queries name them as `$a`, `$b`, `$changed`, `$c`. */
let versions: Readonly<Record<string, number>>;

beforeEach(async () => {
  api = await startTestServer();
  const make = async (name: string): Promise<number> => {
    const { json } = await api.call("POST", MAPS, { metadata: { name } });
    return Number(json.metadata.resourceVersion);
  };
  const a = await make("a");
  const b = await make("b");
  const { json } = await api.call("PATCH", `${MAPS}/a`, { data: { x: "1" } }, MERGE);
  versions = { a, b, changed: Number(json.metadata.resourceVersion), c: await make("c") };
});
afterEach(() => api.stop());

const filled = (query: string): string => query.replace(/\$(\w+)/g, (_, name: string) => String(versions[name]));

/** Sends, and lets the time pass that a version of the future is waited for. */
async function get(path: string): Promise<Awaited<ReturnType<TestServer["call"]>>> {
  const answer = api.call("GET", filled(path));
  await api.clock.advance(4_000);
  return await answer;
}

interface Listed {
  /** Items, `a'` being the changed one; or code and message of a refusal. */
  readonly gives: string;
  /** The list's own version, by name. */
  readonly at?: string;
}

async function listed(query: string): Promise<Listed> {
  const { status, json } = await get(`${MAPS}?${query}`);
  if (status !== 200) return { gives: `${status} ${json.message}` };
  const names = json.items.map((item: any) => item.metadata.name + (item.data === undefined ? "" : "'")).join(" ");
  const at = Object.keys(versions).find((name) => String(versions[name]) === json.metadata.resourceVersion);
  const more = json.metadata.continue === undefined ? "" : ` and ${json.metadata.remainingItemCount ?? "?"} more`;
  return { gives: names + more, at: at ?? json.metadata.resourceVersion };
}

const invalid = (...findings: readonly string[]): Listed => {
  const [one = ""] = findings;
  const text = findings.length === 1 ? one : `[${findings.join(", ")}]`;
  return { gives: `422 ListOptions.meta.k8s.io "" is invalid: ${text}` };
};
const ONLY_EXACT =
  'resourceVersionMatch: Unsupported value: "Sometimes": supported values: "Exact", "NotOlderThan", ""';
const NOT_PROVIDED =
  "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided";
const WITH_CONTINUE = "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided";
const TOO_LARGE: Listed = { gives: "504 Timeout: Too large resource version: 1000, current: 4" };
const notValid = (why: string): Listed => ({ gives: `400 invalid continue token: continue key is not valid: ${why}` });
const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const LISTS: readonly (readonly [query: string, answer: Listed])[] = [
  // Without a match.
  ["", { gives: "a' b c", at: "c" }],
  ["resourceVersion=", { gives: "a' b c", at: "c" }],
  ["resourceVersion=0", { gives: "a' b c", at: "c" }],
  ["resourceVersion=$b", { gives: "a' b c", at: "c" }],
  ["resourceVersion=1000", TOO_LARGE],
  // With a limit and no match: nothing is as the newest, 0 takes all, a version is exact.
  ["limit=2", { gives: "a' b and 1 more", at: "c" }],
  ["limit=3", { gives: "a' b c", at: "c" }],
  ["limit=-1", { gives: "a' b c", at: "c" }],
  ["limit=0", { gives: "a' b c", at: "c" }],
  ["limit=2&resourceVersion=0", { gives: "a' b c", at: "c" }],
  ["limit=2&resourceVersion=$b", { gives: "a b", at: "b" }],
  ["limit=1&resourceVersion=$b", { gives: "a and 1 more", at: "b" }],
  ["limit=2&resourceVersion=1000", TOO_LARGE],
  // Exact.
  ["resourceVersionMatch=Exact&resourceVersion=$a", { gives: "a", at: "a" }],
  ["resourceVersionMatch=Exact&resourceVersion=$b", { gives: "a b", at: "b" }],
  ["resourceVersionMatch=Exact&resourceVersion=$changed", { gives: "a' b", at: "changed" }],
  ["resourceVersionMatch=Exact&resourceVersion=$c", { gives: "a' b c", at: "c" }],
  ["resourceVersionMatch=Exact&resourceVersion=$changed&limit=1", { gives: "a' and 1 more", at: "changed" }],
  ["resourceVersionMatch=Exact&resourceVersion=1000", TOO_LARGE],
  ["resourceVersionMatch=Exact", invalid(NOT_PROVIDED)],
  [
    "resourceVersionMatch=Exact&resourceVersion=0",
    invalid('resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
  ],
  // Not older than.
  ["resourceVersionMatch=NotOlderThan&resourceVersion=0", { gives: "a' b c", at: "c" }],
  ["resourceVersionMatch=NotOlderThan&resourceVersion=0&limit=1", { gives: "a' b c", at: "c" }],
  ["resourceVersionMatch=NotOlderThan&resourceVersion=$a", { gives: "a' b c", at: "c" }],
  ["resourceVersionMatch=NotOlderThan&resourceVersion=$a&limit=1", { gives: "a' and 2 more", at: "c" }],
  ["resourceVersionMatch=NotOlderThan&resourceVersion=1000", TOO_LARGE],
  ["resourceVersionMatch=NotOlderThan", invalid(NOT_PROVIDED)],
  // Selectors: nobody knows how many follow.
  ["limit=1&labelSelector=!none", { gives: "a' and ? more", at: "c" }],
  ["resourceVersionMatch=Exact&resourceVersion=$b&fieldSelector=metadata.name%3Db", { gives: "b", at: "b" }],
  // What is none.
  ["resourceVersionMatch=Sometimes&resourceVersion=1", invalid(ONLY_EXACT)],
  ["resourceVersionMatch=Sometimes&continue=x", invalid(NOT_PROVIDED, WITH_CONTINUE, ONLY_EXACT)],
  [
    "resourceVersionMatch=Exact&resourceVersion=1&sendInitialEvents=false&continue=x",
    invalid(WITH_CONTINUE, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
  ],
  ["sendInitialEvents=true", invalid("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")],
  [
    "resourceVersion=x",
    {
      gives:
        '400 invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    },
  ],
  [
    "resourceVersion=99999999999999999999",
    {
      gives:
        '400 invalid resource version: resourceVersion: Invalid value: "99999999999999999999": strconv.ParseUint: parsing "99999999999999999999": value out of range',
    },
  ],
  ["limit=x", { gives: '400 strconv.ParseInt: parsing "x": invalid syntax' }],
  // Tokens that this server did not make.
  [`continue=${token({ v: "v2", rv: 1, start: "a" })}`, notValid("server does not recognize this encoded version v2")],
  [`continue=${token({ start: "a" })}`, notValid("server does not recognize this encoded version ")],
  [
    `continue=${token({ v: "meta.k8s.io/v1", start: "a" })}`,
    notValid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
  ],
  [`continue=${token({ v: "meta.k8s.io/v1", rv: 1 })}`, notValid("encoded start key empty (version meta.k8s.io/v1)")],
  [`continue=${token({ v: "meta.k8s.io/v1", rv: 1, start: "../secrets" })}`, notValid("../secrets")],
  [`continue=${token({ v: "meta.k8s.io/v1", rv: 1, start: "a//b" })}`, notValid("a//b")],
  [
    `continue=${token({ v: "meta.k8s.io/v1", rv: 4, start: "b" })}&resourceVersion=1`,
    { gives: "400 specifying resource version is not allowed when using continue" },
  ],
  // Tokens that are as good as made: at a version, and at whatever is newest.
  [`continue=${token({ v: "meta.k8s.io/v1", rv: 2, start: "b" })}`, { gives: "b", at: "b" }],
  [`continue=${token({ v: "meta.k8s.io/v1", rv: 2, start: "/b" })}&resourceVersion=0`, { gives: "b", at: "b" }],
  [`continue=${token({ v: "meta.k8s.io/v1", rv: -1, start: "b" })}`, { gives: "b c", at: "c" }],
];

test.each(LISTS)("list %s", async (query, answer) => {
  expect(await listed(query)).toEqual(answer);
});

test.each([
  ["", 200, "changed"],
  ["?resourceVersion=0", 200, "changed"],
  ["?resourceVersion=$a", 200, "changed"],
  ["?resourceVersion=$c", 200, "changed"],
  ["?resourceVersion=1000", 504, "Timeout: Too large resource version: 1000, current: 4"],
  ["?resourceVersion=x", 422, expect.stringContaining('strconv.ParseUint: parsing "x": invalid syntax')],
] as const)("get %s", async (query, code, told) => {
  const { status, json } = await get(`${MAPS}/a${query}`);
  const version = Object.keys(versions).find((name) => String(versions[name]) === json.metadata.resourceVersion);
  expect([status, version ?? json.message]).toEqual([code, told]);
});

describe("watch", () => {
  const END = "END";
  const ALL = ["ADDED a'", "ADDED b", "ADDED c"];
  const initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  const none = "sendInitialEvents=false&resourceVersionMatch=NotOlderThan";

  test.each([
    // Nothing and 0 begin with what exists; its end is marked for those who take bookmarks.
    ["", ALL],
    ["resourceVersion=0", ALL],
    ["allowWatchBookmarks=true", [...ALL, END]],
    ["allowWatchBookmarks=true&resourceVersion=0", [...ALL, END]],
    // A version begins behind it.
    ["resourceVersion=$a", ["ADDED b", "MODIFIED a'", "ADDED c"]],
    ["resourceVersion=$changed&allowWatchBookmarks=true", ["ADDED c"]],
    ["resourceVersion=$c", []],
    ["resourceVersion=1000", []],
    // With initial events it is only the least that they must show.
    [initial, ALL],
    [`${initial}&allowWatchBookmarks=true`, [...ALL, END]],
    [`${initial}&allowWatchBookmarks=true&resourceVersion=0`, [...ALL, END]],
    [`${initial}&allowWatchBookmarks=true&resourceVersion=$b`, [...ALL, END]],
    [
      `${initial}&allowWatchBookmarks=true&resourceVersion=1000`,
      ["ERROR 504 Too large resource version: 1000, current: 4"],
    ],
    // Without them 0 is now.
    [none, []],
    [`${none}&resourceVersion=0`, []],
    [`${none}&resourceVersion=$b`, ["MODIFIED a'", "ADDED c"]],
  ])("%s", async (query, expected) => {
    const watching = api.watch(filled(`${MAPS}?watch=true&timeoutSeconds=10&${query}`));
    await api.clock.advance(4_000);
    const frames = await watching;
    const seen: string[] = [];
    const reading = (async () => {
      for (let next = await frames.next(); next.done !== true; next = await frames.next()) seen.push(shown(next.value));
    })();
    await api.clock.advance(11_000);
    await reading;
    // The last bookmark, before the end, has no mark.
    expect(seen.filter((frame) => frame !== "BOOKMARK")).toEqual(expected);
  });

  test.each([
    [
      "sendInitialEvents=true",
      ["resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"],
    ],
    [
      "sendInitialEvents=false&resourceVersionMatch=Exact&resourceVersion=1",
      [
        "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        'resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"',
      ],
    ],
    [
      "resourceVersionMatch=NotOlderThan&resourceVersion=1",
      [
        "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      ],
    ],
    [`${none}&continue=x`, [WITH_CONTINUE]],
  ])("%s is refused", async (query, findings) => {
    const { status, json } = await get(`${MAPS}?watch=true&${query}`);
    expect({ gives: `${status} ${json.message}` }).toEqual(invalid(...findings));
  });

  function shown({ type, object }: WatchFrame): string {
    if (type === "ERROR") return `ERROR ${object.code} ${object.message.replace("Timeout: ", "")}`;
    if (type !== "BOOKMARK") return `${type} ${object.metadata.name}${object.data === undefined ? "" : "'"}`;
    return object.metadata.annotations?.["k8s.io/initial-events-end"] === "true" ? END : type;
  }
});

test("what is compacted is gone: Exact as Expired, a token with another that goes on at what is newest", async () => {
  const first = await get(`${MAPS}?limit=1&resourceVersion=$b`);
  await api.call("DELETE", `${MAPS}/b`);
  const head = await api.store.head(new AbortController().signal);
  await api.store.compact(head, new AbortController().signal);
  const exact = await get(`${MAPS}?resourceVersion=$b&resourceVersionMatch=Exact`);
  const told = [exact.status, exact.json.reason, exact.json.message, exact.json.metadata.continue];
  expect(told).toEqual([410, "Expired", "The resourceVersion for the provided list is too old.", undefined]);
  const gone = await get(`${MAPS}?limit=1&continue=${first.json.metadata.continue}`);
  const inside = JSON.parse(Buffer.from(gone.json.metadata.continue, "base64url").toString());
  expect([gone.status, gone.json.reason, inside]).toEqual([
    410,
    "Expired",
    { v: "meta.k8s.io/v1", rv: -1, start: "a\0" },
  ]);
  expect(await listed(`continue=${gone.json.metadata.continue}`)).toEqual({ gives: "c", at: String(head) });
});
