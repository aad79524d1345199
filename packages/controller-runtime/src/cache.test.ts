// What a cache decodes to answer: the objects here count how often they are asked for.
import type { ApiObject } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { ObjectCache } from "./cache.ts";

test("what is counted, and what labels leave out, is not decoded", () => {
  const cache = new ObjectCache<ApiObject>();
  cache.addIndex("first", ({ metadata: { name } }) => [name.slice(0, 1)]);
  const decoded: string[] = [];
  for (const [name, app] of [
    ["a1", "web"],
    ["a2", "db"],
    ["b1", "web"],
  ] as const) {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { app } } };
    const held = {
      get object() {
        decoded.push(name);
        return object;
      },
    };
    cache.set(held);
  }
  decoded.length = 0;
  expect([cache.count("first", "a"), cache.count("first", "c")]).toEqual([2, 0]);
  expect(decoded).toEqual([]);
  const found = cache.by("first", "a", (labels) => labels?.["app"] === "db");
  expect([found.map(({ metadata }) => metadata.name), decoded]).toEqual([["a2"], ["a2"]]);
  cache.delete({ name: "a2" });
  expect([cache.count("first", "a"), cache.by("first", "a", (labels) => labels?.["app"] === "db")]).toEqual([1, []]);
});
