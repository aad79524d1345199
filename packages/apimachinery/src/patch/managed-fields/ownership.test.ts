// Server-side apply as a sequence of writes, one row each: what stands in the object afterwards, and who owns what. The cases are those
// by which upstream's merging is known: shared and lost fields, items and entries that others have something inside of, sets, atomic
// values, values that are only a default's company.
import { expect, test } from "vitest";
import type { ApiObject } from "../../object.ts";
import { decodeValue } from "../../schema/decode.ts";
import { StatusError } from "../../status.ts";
import { Widget } from "../../testing/widget.ts";
import { serverSideApply } from "./apply.ts";
import { type FieldSet, paths } from "./field-set.ts";
import { formatElements } from "./path-element.ts";
import { updateManagedFields } from "./update.ts";

const API = "test.example.com/v1";
type Live = Widget & ApiObject;

interface Write {
  readonly apply?: string;
  readonly force?: string;
  readonly update?: string;
  /** The spec as it stands then, without an entry for it. */
  readonly nobody?: string;
  readonly spec: object;
}

interface Case {
  readonly writes: readonly Write[];
  readonly spec: object;
  /** Paths below spec, by manager. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

const part = (name: string, rest: object = {}): object => ({ name, ...rest });
const PORT = { port: 80, protocol: "TCP" };

const CASES: Readonly<Record<string, Case>> = {
  "a scalar that its only owner leaves out goes": {
    writes: [
      { apply: "one", spec: { hostname: "a", replicas: 2 } },
      { apply: "one", spec: { hostname: "a" } },
    ],
    spec: { hostname: "a" },
    owners: { one: ["hostname"] },
  },
  "a scalar that another applier wants stays": {
    writes: [
      { apply: "one", spec: { hostname: "a", replicas: 2 } },
      { apply: "two", spec: { replicas: 2 } },
      { apply: "one", spec: { hostname: "a" } },
    ],
    spec: { hostname: "a", replicas: 2 },
    owners: { one: ["hostname"], two: ["replicas"] },
  },
  "a scalar that an updater has set stays": {
    writes: [
      { update: "up", spec: { hostname: "a", replicas: 2 } },
      { apply: "one", spec: { hostname: "a", replicas: 2 } },
      { apply: "one", spec: { hostname: "a" } },
    ],
    spec: { hostname: "a", replicas: 2 },
    owners: { one: ["hostname"], up: ["hostname", "replicas"] },
  },
  "an updater takes what it changes, and the applier does not take it back unforced": {
    writes: [
      { apply: "one", spec: { hostname: "a", replicas: 2 } },
      { update: "up", spec: { hostname: "a", replicas: 3 } },
      { apply: "one", spec: { hostname: "a" } },
    ],
    spec: { hostname: "a", replicas: 3 },
    owners: { one: ["hostname"], up: ["replicas"] },
  },
  "force takes it back": {
    writes: [
      { apply: "one", spec: { replicas: 2 } },
      { update: "up", spec: { replicas: 3 } },
      { force: "one", spec: { replicas: 4 } },
    ],
    spec: { replicas: 4 },
    owners: { one: ["replicas"] },
  },
  "the same value makes two owners, and force of an equal value takes nothing": {
    writes: [
      { apply: "one", spec: { replicas: 2 } },
      { force: "two", spec: { replicas: 2 } },
    ],
    spec: { replicas: 2 },
    owners: { one: ["replicas"], two: ["replicas"] },
  },
  "who applies an empty struct owns just that": {
    writes: [
      { apply: "one", spec: { replicas: 2, hostname: "a" } },
      { apply: "two", spec: { hostname: "a" } },
      { apply: "one", spec: {} },
    ],
    spec: { hostname: "a" },
    owners: { two: ["hostname"], one: ["."] },
  },
  "an item that another applier has stays, without what was only in the first one's": {
    writes: [
      { apply: "one", spec: { parts: [part("a"), part("b", { image: "i" })] } },
      { apply: "two", spec: { parts: [part("b", { args: ["x"] })] } },
      { apply: "one", spec: { parts: [part("a")] } },
    ],
    spec: { parts: [part("a"), part("b", { args: ["x"] })] },
    owners: {
      one: ['parts[name="a"]', 'parts[name="a"].name'],
      two: ['parts[name="b"]', 'parts[name="b"].args', 'parts[name="b"].name'],
    },
  },
  "an item in which an updater has only set something goes with its applier": {
    writes: [
      { apply: "one", spec: { parts: [part("a"), part("b", { image: "i" })] } },
      { update: "up", spec: { parts: [part("a"), part("b", { image: "i", args: ["x"] })] } },
      { apply: "one", spec: { parts: [part("a")] } },
    ],
    spec: { parts: [part("a")] },
    owners: { one: ['parts[name="a"]', 'parts[name="a"].name'] },
  },
  "an item keeps what an updater set in it while an applier has the item": {
    writes: [
      { apply: "one", spec: { parts: [part("a"), part("b", { image: "i" })] } },
      { apply: "two", spec: { parts: [part("b")] } },
      { update: "up", spec: { parts: [part("a"), part("b", { image: "i", args: ["x"] })] } },
      { apply: "one", spec: { parts: [part("a")] } },
    ],
    spec: { parts: [part("a"), part("b", { args: ["x"] })] },
    owners: {
      one: ['parts[name="a"]', 'parts[name="a"].name'],
      two: ['parts[name="b"]', 'parts[name="b"].name'],
      up: ['parts[name="b"].args'],
    },
  },
  "a nested item is another one when its key changes": {
    writes: [
      { apply: "one", spec: { parts: [part("a", { ports: [{ ...PORT, target: 1 }] })] } },
      { apply: "one", spec: { parts: [part("a", { ports: [{ ...PORT, port: 81 }] })] } },
    ],
    spec: { parts: [part("a", { ports: [{ port: 81, protocol: "TCP" }] })] },
    owners: {
      one: [
        'parts[name="a"]',
        'parts[name="a"].name',
        'parts[name="a"].ports[port=81,protocol="TCP"]',
        'parts[name="a"].ports[port=81,protocol="TCP"].port',
        'parts[name="a"].ports[port=81,protocol="TCP"].protocol',
      ],
    },
  },
  "what stands beside an applied field of a struct goes with it when nobody owns it": {
    writes: [
      { apply: "one", spec: { strategy: { rolling: { maxSurge: 1 } }, replicas: 1 } },
      // As defaults are.
      {
        nobody: "sets",
        spec: { strategy: { type: "Rolling", rolling: { maxSurge: 1 } }, policy: "Never", replicas: 1 },
      },
      { apply: "one", spec: { replicas: 1 } },
    ],
    spec: { policy: "Never", replicas: 1 },
    owners: { one: ["replicas"] },
  },
  "a struct stays while an updater has something in it": {
    writes: [
      { apply: "one", spec: { strategy: { type: "Rolling" } } },
      { update: "up", spec: { strategy: { type: "Rolling", rolling: { maxSurge: 2 } } } },
      { apply: "one", spec: { replicas: 1 } },
    ],
    spec: { replicas: 1, strategy: { rolling: { maxSurge: 2 } } },
    owners: { one: ["replicas"], up: ["strategy.rolling", "strategy.rolling.maxSurge"] },
  },
  "values of a set are owned each for itself": {
    writes: [
      { apply: "one", spec: { tags: ["a", "c"] } },
      { apply: "two", spec: { tags: ["b", "c"] } },
      { apply: "one", spec: { tags: ["d"] } },
    ],
    spec: { tags: ["b", "c", "d"] },
    owners: { one: ['tags[="d"]'], two: ['tags[="b"]', 'tags[="c"]'] },
  },
  "an atomic map is owned as one": {
    writes: [
      { apply: "one", spec: { selector: { a: "1" } } },
      { force: "two", spec: { selector: { b: "2" } } },
    ],
    spec: { selector: { b: "2" } },
    owners: { two: ["selector"] },
  },
  "an atomic list in an item is owned as one": {
    writes: [
      { apply: "one", spec: { parts: [part("a", { args: ["1", "2"] })] } },
      { force: "two", spec: { parts: [part("a", { args: ["2"] })] } },
    ],
    spec: { parts: [part("a", { args: ["2"] })] },
    owners: {
      one: ['parts[name="a"]', 'parts[name="a"].name'],
      two: ['parts[name="a"]', 'parts[name="a"].args', 'parts[name="a"].name'],
    },
  },
  "an entry of a map goes when its owner leaves it out, others stay": {
    writes: [
      { apply: "one", spec: { limits: { cpu: "1", memory: "2" } } },
      { apply: "two", spec: { limits: { memory: "2", disk: "3" } } },
      { apply: "one", spec: { limits: { cpu: "1" } } },
      { apply: "two", spec: { limits: { disk: "3" } } },
    ],
    spec: { limits: { cpu: "1", disk: "3" } },
    owners: { one: ["limits.cpu"], two: ["limits.disk"] },
  },
  "an updater that removes an applied field takes it from its owners": {
    writes: [
      { apply: "one", spec: { hostname: "a", tags: ["x", "y"] } },
      { update: "up", spec: { tags: ["y"] } },
    ],
    spec: { tags: ["y"] },
    owners: { one: ['tags[="y"]'] },
  },
  "an empty struct is owned as it stands": {
    writes: [{ apply: "one", spec: { security: {} } }],
    spec: { security: {} },
    owners: { one: ["security"] },
  },
};

test.each(Object.entries(CASES))("%s", (_title, { writes, spec, owners }) => {
  const live = writes.reduce<Live | undefined>(write, undefined);
  // A list that is always written stands there empty.
  const { parts, ...rest } = live?.spec ?? { parts: [] };
  const left = { spec: parts.length === 0 ? rest : { ...rest, parts }, owners: ownersOf(live) };
  expect(left).toEqual({ spec, owners });
});

const CONFLICTS: readonly (readonly [title: string, writes: readonly Write[], fields: readonly string[]])[] = [
  [
    "another value of another's field",
    [
      { apply: "one", spec: { replicas: 1 } },
      { apply: "two", spec: { replicas: 2 } },
    ],
    ['conflict with "one" at .spec.replicas'],
  ],
  [
    "every field in turn, by whoever owns it",
    [
      { apply: "one", spec: { replicas: 1, parts: [part("a", { image: "i" })] } },
      { update: "up", spec: { replicas: 1, parts: [part("a", { image: "i", args: ["1"] })] } },
      { apply: "two", spec: { replicas: 2, parts: [part("a", { image: "j", args: ["2"] })] } },
    ],
    [
      'conflict with "one" at .spec.parts[name="a"].image',
      'conflict with "one" at .spec.replicas',
      `conflict with "up" using ${API} at .spec.parts[name="a"].args`,
    ],
  ],
  [
    "an atomic value, whatever differs in it",
    [
      { apply: "one", spec: { selector: { a: "1", b: "1" } } },
      { apply: "two", spec: { selector: { a: "1" } } },
    ],
    ['conflict with "one" at .spec.selector'],
  ],
];

test.each(CONFLICTS)("conflict: %s", (_title, writes, fields) => {
  const before = writes.slice(0, -1).reduce<Live | undefined>(write, undefined);
  const last = writes.at(-1);
  let refused: unknown;
  try {
    if (last !== undefined) write(before, last);
  } catch (error) {
    refused = error;
  }
  const causes = refused instanceof StatusError ? (refused.toStatus().details?.causes ?? []) : [refused];
  expect(causes.map((cause: any) => `${cause.message} at ${cause.field}`)).toEqual(fields);
});

function write(live: Live | undefined, { apply, force, update, nobody, spec }: Write): Live {
  const sent = { apiVersion: API, kind: "Widget", metadata: { name: "w", namespace: "default" }, spec };
  if (nobody !== undefined) {
    const next = decodeValue<Live>(Widget, sent).object;
    return { ...next, metadata: { ...next.metadata, managedFields: live?.metadata.managedFields } };
  }
  if (update !== undefined) {
    const next = decodeValue<Live>(Widget, sent).object;
    const options = { struct: Widget, old: live, next, manager: update, apiVersion: API, nowMs: 0 };
    return { ...next, metadata: { ...next.metadata, managedFields: updateManagedFields(options) } };
  }
  const manager = force ?? apply ?? "";
  const done = serverSideApply({
    struct: Widget,
    live,
    applied: sent,
    manager,
    apiVersion: API,
    force: force !== undefined,
    nowMs: 0,
  });
  const next = decodeValue<Live>(Widget, done.object).object;
  return { ...next, metadata: { ...next.metadata, managedFields: done.managedFields } };
}

function ownersOf(live: Live | undefined): Record<string, readonly string[]> {
  const entries = (live?.metadata.managedFields ?? []).map((entry) => {
    const names = paths(entry.fieldsV1 as FieldSet).map(formatElements);
    return [entry.manager ?? "", names.map((name) => name.replace(/^\.spec\.?/, "") || ".").sort()] as const;
  });
  return Object.fromEntries(entries);
}
