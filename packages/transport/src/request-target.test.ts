// Request targets in the forms of RFC 9112, split into path and query.
import { expect, test } from "vitest";
import { parseRequestTarget } from "./request-target.ts";

const parse = (target: string): readonly [string, string] => {
  const { path, query } = parseRequestTarget(target);
  return [path, query.toString()];
};

test("path and query are split at the first question mark, and the path stays as sent", () => {
  expect(parse("/api/v1/pods?watch=1&labelSelector=a%3Db")).toEqual(["/api/v1/pods", "watch=1&labelSelector=a%3Db"]);
  expect(parse("/a%2Fb?x=1?2")).toEqual(["/a%2Fb", "x=1%3F2"]);
  expect(parse("/version")).toEqual(["/version", ""]);
});

test("the absolute form loses scheme and authority", () => {
  expect(parse("https://10.0.0.1:6443/api?x=1")).toEqual(["/api", "x=1"]);
  expect(parse("http://host")).toEqual(["/", ""]);
  expect(parse("http://host?x=1")).toEqual(["/", "x=1"]);
});

test("fragments are dropped, and odd targets are left for the handler to refuse", () => {
  expect(parse("/a#b?c")).toEqual(["/a", ""]);
  expect(parse("*")).toEqual(["*", ""]);
  expect(parse("")).toEqual(["/", ""]);
});
