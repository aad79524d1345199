// A store whose values pass a transformer is a store like any other, and its inner store never sees a value in the clear.
import { expect, it } from "vitest";
import { virtualClock } from "@skates/component-base";
import { memoryStore } from "./memory/memory-store.ts";
import { rewriteStale } from "./rewrite-stale.ts";
import { storeSuite } from "./store.suite.ts";
import { transformedStore } from "./transformed-store.ts";
import type { ValueTransformer } from "./transformer.ts";

const never = new AbortController().signal;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Turns bits over, by the key's length and a number that is stored first. */
function flipping(number: number): ValueTransformer {
  const flip = (key: string, value: Uint8Array): Uint8Array => value.map((byte) => byte ^ key.length ^ 0x55);
  return {
    toStorage: (key, value) => Uint8Array.of(number, ...flip(key, value)),
    // Every other value as a promise, as with a key service.
    fromStorage: (key, stored) => {
      const value = flip(key, stored.subarray(1));
      return value.length % 2 === 0 ? value : Promise.resolve(value);
    },
    isStale: (_key, stored) => stored[0] !== number,
  };
}

storeSuite("transformed store", () => ({
  open: async (options) => transformedStore(memoryStore(options), flipping(1)),
}));

it("binds values to their keys and stores none in the clear", async () => {
  const inner = memoryStore({ clock: virtualClock() });
  const store = transformedStore(inner, flipping(1));
  await store.commit("/abc", 0, bytes("secret"), {}, never);
  const [stored] = (await inner.range("/", {}, never)).entries;
  expect(text(stored?.value ?? bytes(""))).not.toContain("secret");
  const refused = await store.commit("/abc", 7, bytes("x"), {}, never);
  expect(refused.ok ? "" : text(refused.current?.value ?? bytes(""))).toBe("secret");
  await store.close();
});

it("writes anew what an older configuration wrote, but not what has a lease", async () => {
  const inner = memoryStore({ clock: virtualClock() });
  const old = transformedStore(inner, flipping(1));
  const now = transformedStore(inner, flipping(2));
  await old.commit("/r/secrets/a", 0, bytes("a"), {}, never);
  await old.commit("/r/events/a", 0, bytes("b"), { lease: await old.grant(100, never) }, never);
  await now.commit("/r/secrets/b", 0, bytes("c"), {}, never);
  const options = { prefixes: ["/r/"], leased: "/r/events/", signal: never };
  expect(await rewriteStale(inner, flipping(2), options)).toBe(1);
  expect(await rewriteStale(inner, flipping(2), options)).toBe(0);
  const numbers = (await inner.range("/r/", {}, never)).entries.map(({ key, value }) => [key, value[0]]);
  expect(numbers).toEqual([
    ["/r/events/a", 1],
    ["/r/secrets/a", 2],
    ["/r/secrets/b", 2],
  ]);
  expect((await now.range("/r/secrets/", {}, never)).entries.map(({ value }) => text(value))).toEqual(["a", "c"]);
  await now.close();
});
