// The server on loopback with clients of Node.js: both versions of HTTP, bodies, client certificates, watches, shutdown.
import { request as httpsRequest } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ask, type ServerProbe, serverProbe } from "./server-probe.ts";
import { testingPki, testingServer, textResponse } from "./server-testing.ts";

let at: ServerProbe;
beforeAll(async () => {
  at = await serverProbe();
});
afterAll(() => at.close());

describe.each([
  ["HTTP/1.1", (path: string, ask?: Ask) => at.ask1(path, ask)],
  ["HTTP/2", (path: string, ask?: Ask) => at.ask2(path, ask)],
])("%s", (_version, ask) => {
  test("carries method, path, query and headers to the handler, and the response back", async () => {
    const answer = await ask("/request?watch=0&labelSelector=a%3Db", { headers: { "user-agent": "me", "X-A": "1" } });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      method: "GET",
      path: "/request",
      query: [
        ["watch", "0"],
        ["labelSelector", "a=b"],
      ],
      headers: { "user-agent": "me", "x-a": "1", host: `127.0.0.1:${at.server.port}` },
    });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(answer.text)),
      "audit-id": "a1",
      warning: "299 - one, 299 - two",
    });
    expect(answer.headers["date"]).toBeDefined();
  });

  test("bodies are read on demand; none is told apart from an empty one", async () => {
    const post = { method: "POST", headers: { "content-type": "Application/JSON; charset=utf-8" } };
    const answer = await ask("/echo", { ...post, body: "hello" });
    expect(JSON.parse(answer.text)).toEqual({ mediaType: "application/json", bytes: 5, text: "hello" });
    expect(JSON.parse((await ask("/echo")).text)).toEqual({ body: "none" });
  });

  test("a body over the limit is refused with upstream's text, announced or not", async () => {
    const body = "x".repeat(200_000);
    for (const headers of [{ "content-length": "200000" }, {}]) {
      const answer = await ask("/echo", { method: "POST", headers, body });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text)).toMatchObject({
        reason: "RequestEntityTooLarge",
        message: "Request entity too large: limit is 1000",
      });
    }
  });

  test("a refusal that leaves a body unread arrives", async () => {
    const answer = await ask("/refuse", { method: "POST", body: "x".repeat(3_000_000) });
    expect([answer.status, answer.text]).toEqual([403, '{"refused":true}']);
  });

  test("HEAD has the headers of GET and no body; 204 has neither body nor length", async () => {
    const head = await ask("/who", { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "4", ""]);
    const none = await ask("/none");
    expect([none.status, none.headers["content-length"], none.text]).toEqual([204, undefined, ""]);
  });

  test("memory of chunks is given back only when they have left", async () => {
    const before = at.givenBack();
    const { status, text } = await ask("/lent");
    const wanted = Array.from({ length: 200 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(100_000)).join("");
    expect([status, text === wanted, at.givenBack() - before]).toEqual([200, true, 200]);
  });

  test("a large body of many chunks arrives whole", async () => {
    const { text, headers } = await ask("/large");
    expect(headers["content-length"]).toBe("5100000");
    expect(text.length).toBe(5_100_000);
    expect([text[0], text[16_999], text[17_000], text.at(-1)]).toEqual(["a", "a", "b", "n"]);
  });

  test("a client certificate of the CA counts, with name and groups", async () => {
    const client = await at.pki.issue({ commonName: "jane", organizations: ["dev", "system:masters"] });
    expect(JSON.parse((await ask("/who", { client })).text)).toMatchObject({
      commonName: "jane",
      organizations: ["dev", "system:masters"],
    });
    expect(JSON.parse((await ask("/who")).text)).toBeNull();
  });

  test("certificates of another CA, out of date, or meant for servers do not count", async () => {
    const foreign = await (await testingPki()).issue({ commonName: "jane", organizations: ["system:masters"] });
    const expired = await (await testingPki(10 * 86_400_000)).issue({ commonName: "jane" });
    const wrongUse = await at.pki.issue({ commonName: "jane", usages: ["server"] });
    for (const client of [foreign, expired, wrongUse]) {
      const answer = await ask("/who", { client });
      expect([answer.status, answer.text]).toEqual([200, "null"]);
    }
  });

  test("a bug in the handler is a Status 500 without details, and is logged", async () => {
    const answer = await ask("/throw");
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: "Status", reason: "InternalError", code: 500 });
    expect(answer.text).not.toContain("a bug");
    expect(at.server.logged.some((line) => line.pairs["error"] === "a bug")).toBe(true);
  });
});

describe("watch", () => {
  test("the head comes at once, events as they happen, and leaving ends the producer", async () => {
    const before = at.aborted();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      const request = httpsRequest(
        { host: "127.0.0.1", port: at.server.port, path: "/watch?watch=1", ca: at.pki.ca.cert, agent: false },
        (response) =>
          response.on("data", (chunk) => {
            seen.push(String(chunk));
            if (seen.length === 3) {
              request.destroy();
              resolve();
            }
          }),
      );
      request.on("error", () => undefined);
      request.end();
    });
    await expect.poll(() => at.aborted()).toBe(before + 1);
    const client = at.session();
    const stream = client.request({ ":path": "/watch?watch=1" });
    await new Promise((resolve) => stream.once("data", resolve));
    stream.close(8);
    await expect.poll(() => at.aborted()).toBe(before + 2);
    client.close();
  });

  test("a caller that leaves aborts the request's signal", async () => {
    const before = at.aborted();
    const request = httpsRequest({
      host: "127.0.0.1",
      port: at.server.port,
      path: "/hang",
      ca: at.pki.ca.cert,
      agent: false,
    });
    request.on("error", () => undefined).end();
    await expect.poll(() => at.server.seen.at(-1)?.path).toBe("/hang");
    request.destroy();
    await expect.poll(() => at.aborted()).toBe(before + 1);
  });
});

test("headers that are sent several times are told one by one over both protocols", async () => {
  const own = await testingServer(at.handler, { tls: { ...at.pki.server, clientCas: [] } });
  const headers = { "x-remote-group": ["a", "b, c"], "x-one": "d, e" };
  await at.ask1("/who", { to: own, headers });
  await at.ask2("/who", { to: own, headers });
  expect(own.seen.map((request) => ({ ...request.repeatedHeaders }))).toEqual([
    { "x-remote-group": ["a", "b, c"] },
    { "x-remote-group": ["a", "b, c"] },
  ]);
  await own.close();
});

test("closing ends watches in good order and waits for what is under way", async () => {
  const own = await testingServer(
    async (request) => {
      if (request.path !== "/slow") return await at.handler(request);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return textResponse("done");
    },
    { tls: { ...at.pki.server, clientCas: [] } },
  );
  const answers = Promise.all([
    at.ask1("/watch?watch=true", { to: own }),
    at.ask2("/watch?watch=true", { to: own }),
    at.ask1("/slow", { to: own }),
    at.ask2("/slow", { to: own }),
  ]);
  await expect.poll(() => own.seen.length).toBe(4);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await own.close({ graceMs: 5_000 });
  const [watch1, watch2, slow1, slow2] = await answers;
  expect(watch1.text).toMatch(/^({"tick":\d+}\n)+$/);
  expect(watch2.text).toMatch(/^({"tick":\d+}\n)+$/);
  expect([slow1.text, slow2.text]).toEqual(["done", "done"]);
  await expect(at.ask1("/who", { to: own })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("closing cuts what does not end in time", async () => {
  const own = await testingServer(at.handler, { tls: { ...at.pki.server, clientCas: [] } });
  const answer = at.ask1("/hang", { to: own }).catch((error: Error) => error.message);
  await expect.poll(() => own.seen.length).toBe(1);
  const before = at.aborted();
  await own.close({ graceMs: 50 });
  expect(await answer).toMatch(/socket hang up|ECONNRESET/);
  await expect.poll(() => at.aborted()).toBe(before + 1);
});

test("a port in use is refused with the system's code", async () => {
  await expect(testingServer(at.handler, { port: at.server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
