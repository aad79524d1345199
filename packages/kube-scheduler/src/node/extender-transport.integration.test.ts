// Extenders over HTTP on loopback: what is sent, and how answers that are none are told.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { extenderTransport } from "./extender-transport.ts";

let server: Server;
let url: string;
const seen: unknown[] = [];
beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push([
        request.method,
        request.url,
        request.headers["content-type"],
        JSON.parse(Buffer.concat(chunks).toString()),
      ]);
      if (request.url === "/prefix/hang") return;
      response.statusCode = request.url === "/prefix/fail" ? 500 : 200;
      response.end(request.url === "/prefix/text" ? "no JSON" : JSON.stringify({ nodenames: ["n1"] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
const call = (verb: string, signal = never): Promise<unknown> =>
  extenderTransport()({ urlPrefix: url }, { verb, body: { pod: "p" } }, signal);

it("posts JSON to the verb below the prefix, and reads the answer", async () => {
  expect(await call("filter")).toEqual({ nodenames: ["n1"] });
  expect(seen).toEqual([["POST", "/prefix/filter", "application/json", { pod: "p" }]]);
});

it("tells refusals, and answers that are not JSON", async () => {
  await expect(call("fail")).rejects.toThrow(`failed fail with extender at URL ${url}fail, code 500`);
  await expect(call("text")).rejects.toThrow("not valid JSON");
});

it("ends when the signal aborts", async () => {
  await expect(call("hang", AbortSignal.timeout(50))).rejects.toThrow();
});
