import type { ApiResponse } from "@skates/apimachinery";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { linkThroughProxy, pageThroughProxy, withLinksThroughProxy } from "./proxied-links.ts";

const PREFIX = "/api/v1/namespaces/a/pods/p/proxy";
const SOURCE = { origin: "http://10.244.0.7:8080", host: "api.example:6443", prefix: PREFIX };

test.each([
  ["/x", `${PREFIX}/x`],
  ["/", `${PREFIX}/`],
  ["/x/?q=/y#/z", `${PREFIX}/x/?q=/y#/z`],
  ["http://10.244.0.7:8080/x", `${PREFIX}/x`],
  ["//10.244.0.7:8080/x", `${PREFIX}/x`],
  ["https://api.example:6443/x", `https://api.example:6443${PREFIX}/x`],
  // These stay.
  [`${PREFIX}/x`, `${PREFIX}/x`],
  ["x/y", "x/y"],
  ["../x", "../x"],
  ["#/x", "#/x"],
  ["?q=/x", "?q=/x"],
  ["", ""],
  ["mailto:a@b", "mailto:a@b"],
  ["data:text/html,/x", "data:text/html,/x"],
  ["http://elsewhere.example/x", "http://elsewhere.example/x"],
  ["//elsewhere.example/x", "//elsewhere.example/x"],
  ["http://10.244.0.7:9090/x", "http://10.244.0.7:9090/x"],
])("a link to %j", (link, through) => {
  expect(linkThroughProxy(link, SOURCE)).toBe(through);
});

test("of a page only links change", () => {
  const page = `<!DOCTYPE html><!-- <a href="/no"> --><HTML><a class='/no' HREF=/yes>/no</a>
<img src='/yes?a=1&amp;b' alt="/no"><form action = "/yes"><script src="/yes">"<a href='/no'>"</script><title><a href="/no"></title>
<p href="/no"><a href="/yes-broken`;
  expect(pageThroughProxy(page, SOURCE)).toBe(page.replaceAll("/yes", `${PREFIX}/yes`));
});

const html = (bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): ApiResponse => ({
  status: 200,
  headers: { "content-type": "text/html; charset=utf-8", "content-length": `${bytes.length}`, ...headers },
  body: { kind: "bytes", mediaType: "text/html", chunks: [bytes.subarray(0, 7), bytes.subarray(7)] },
});
const LINK = new TextEncoder().encode(`<a href="/x">é</a>`);
const CHANGED = `<a href="${PREFIX}/x">é</a>`;

async function read(answer: ApiResponse): Promise<{ readonly headers: object; readonly bytes: Buffer }> {
  const chunks: Uint8Array[] = [];
  if (answer.body.kind === "bytes") for await (const chunk of answer.body.chunks) chunks.push(chunk);
  return { headers: answer.headers, bytes: Buffer.concat(chunks) };
}

test("pages are changed within their compression", async () => {
  const plain = await read(await withLinksThroughProxy(html(LINK), SOURCE));
  expect(plain).toEqual({ headers: { "content-type": "text/html; charset=utf-8" }, bytes: Buffer.from(CHANGED) });
  const zipped = await read(await withLinksThroughProxy(html(gzipSync(LINK), { "content-encoding": "gzip" }), SOURCE));
  expect(gunzipSync(zipped.bytes).toString()).toBe(CHANGED);
});

test.each([
  ["another type", html(LINK, { "content-type": "text/plain" })],
  ["a compression nobody knows", html(LINK, { "content-encoding": "br" })],
  ["broken compression", html(LINK, { "content-encoding": "gzip" })],
  ["a page that unpacks to too much", html(gzipSync(Buffer.alloc(5 << 20, LINK)), { "content-encoding": "gzip" })],
  ["a page that is too long", html(Buffer.alloc(5 << 20, LINK))],
])("%s passes as it is", async (_what, answer) => {
  const [passed, sent] = [await read(await withLinksThroughProxy(answer, SOURCE)), await read(answer)];
  expect([passed.headers, passed.bytes.equals(sent.bytes)]).toEqual([sent.headers, true]);
});

test("redirects lead through the proxy", async () => {
  const answer: ApiResponse = { status: 302, headers: { location: "/login" }, body: { kind: "none" } };
  expect(await withLinksThroughProxy(answer, SOURCE)).toEqual({ ...answer, headers: { location: `${PREFIX}/login` } });
});
