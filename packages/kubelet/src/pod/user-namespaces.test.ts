// Ids of the node for pods with users of their own: blocks that do not overlap, kept over restarts, given back.
import { expect, test } from "vitest";
import type { IdRange } from "../runtime.ts";
import { type UserIdNotes, UserNamespaces } from "./user-namespaces.ts";

function notes(kept: Record<string, IdRange | string> = {}): UserIdNotes & { readonly kept: typeof kept } {
  return {
    kept,
    podUids: () => Promise.resolve(Object.keys(kept)),
    userIds: (uid) => {
      const ids = kept[uid];
      return typeof ids === "string" ? Promise.reject(new Error(ids)) : Promise.resolve(ids);
    },
    keepUserIds: async (uid, ids) => void (kept[uid] = ids),
  };
}
const block = (n: number): IdRange => ({ first: n * 65_536, length: 65_536 });

test("each pod has a block of its own, the same whenever it is asked for, and noted before it is used", async () => {
  const node = notes();
  const users = new UserNamespaces(node, 3);
  await users.adopt();
  expect(users.of("a")).toBeUndefined();
  expect([await users.take("a"), await users.take("b"), await users.take("a")]).toEqual([block(1), block(2), block(1)]);
  expect([users.of("b"), node.kept]).toEqual([block(2), { a: block(1), b: block(2) }]);
});

test("a block that was given back rests while others are free; without any a pod waits", async () => {
  const users = new UserNamespaces(notes(), 3);
  await users.take("a");
  await users.take("b");
  users.release("a");
  expect([await users.take("c"), await users.take("d")]).toEqual([block(3), block(1)]);
  await expect(users.take("e")).rejects.toThrow(
    "create user namespace: could not find an empty slot to allocate a user namespace",
  );
  users.release("b");
  expect(await users.take("e")).toEqual(block(2));
});

test("a new kubelet keeps what pods have, and what is wrongly noted is that pod's problem only", async () => {
  const kept = {
    a: block(2),
    twin: block(2),
    long: { first: 65_536, length: 131_072 },
    odd: { first: 70_000, length: 65_536 },
    root: { first: 0, length: 65_536 },
    far: block(9),
    broken: "invalid user namespace mappings file",
  };
  const users = new UserNamespaces(notes(kept), 3);
  await users.adopt();
  expect([await users.take("a"), await users.take("new")]).toEqual([block(2), block(3)]);
  const problems = ["twin", "long", "odd", "root", "far", "broken"].map((uid) => users.take(uid).catch(String));
  expect(await Promise.all(problems)).toEqual([
    expect.stringContaining('user namespace: range picked for pod "twin" already taken'),
    expect.stringContaining("wrong user namespace length 131072"),
    expect.stringContaining("wrong user namespace offset specified 70000"),
    expect.stringContaining("id 0 is out of range"),
    expect.stringContaining("id 589824 is out of range"),
    expect.stringContaining("invalid user namespace mappings file"),
  ]);
});

test("what could not be noted is not handed out", async () => {
  const node = notes();
  const full = { ...node, keepUserIds: () => Promise.reject(new Error("disk full")) };
  const users = new UserNamespaces(full, 1);
  await expect(users.take("a")).rejects.toThrow("disk full");
  expect(users.of("a")).toBeUndefined();
});
