// Answers over WebSockets, read by a stock client.
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { StatusError } from "@skates/apimachinery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { defaultServerLimits } from "../server-limits.ts";
import { statusResponse } from "../status-response.ts";
import { type Messages, overWebSocket } from "./over-web-socket.ts";
import { type TestingServer, testingServer } from "./server-testing.ts";

let server: TestingServer;
let ended = 0;

async function* events(): AsyncGenerator<Uint8Array> {
  // Lines may come several at once and in parts.
  for (const text of ['{"a":1}\n{"b"', ":2", "}\n"]) yield Buffer.from(text);
}

async function* endless(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for (let i = 0; !signal.aborted; i++) {
      yield Buffer.from(`${i}\n`);
      await sleep(5);
    }
  } finally {
    ended++;
  }
}

const MIB = 1 << 20;
const LARGE_CHUNKS = 100;

/** Chunks of a MiB, and then silence. */
async function* large(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < LARGE_CHUNKS; i++) yield Buffer.alloc(MIB);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

beforeAll(async () => {
  const answerOver = overWebSocket({ ...defaultServerLimits, stallTimeoutMs: 300 });
  server = await testingServer(async (request) => {
    const chunks =
      request.path === "/endless"
        ? endless(request.signal)
        : request.path === "/large"
          ? large(request.signal)
          : events();
    const messages: Messages = request.query.get("as") === "bytes" ? "bytes" : "lines";
    const body = { kind: "bytes", mediaType: "text/plain", chunks } as const;
    try {
      return answerOver(request, { status: 200, headers: {}, body }, messages);
    } catch (error) {
      if (error instanceof StatusError) return statusResponse(error);
      throw error;
    }
  });
});
afterAll(() => server.close());

interface Heard {
  readonly protocol: string;
  readonly messages: readonly string[];
  readonly code: number;
}

function hear(path: string, protocols: readonly string[] = []): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}${path}`, [...protocols]);
    const messages: string[] = [];
    socket.on("message", (data: Buffer, binary) => messages.push(`${binary ? "b" : "t"}${data.toString()}`));
    socket.on("close", (code) => resolve({ protocol: socket.protocol, messages, code }));
    socket.on("error", reject);
  });
}

test("each line is a text message", async () => {
  expect(await hear("/")).toEqual({ protocol: "", messages: ['t{"a":1}\n', 't{"b":2}\n'], code: 1000 });
});

test.each([
  [[], "", "b", (text: string) => text],
  [["binary.k8s.io"], "binary.k8s.io", "b", (text: string) => text],
  [["nobody", "base64.binary.k8s.io"], "base64.binary.k8s.io", "t", btoa],
])("bytes over %j come after an empty message", async (protocols, protocol, sort, form) => {
  const texts = ["", '{"a":1}\n{"b"', ":2", "}\n"];
  const messages = texts.map((text) => `${sort}${form(text)}`);
  expect(await hear("/?as=bytes", protocols)).toEqual({ protocol, messages, code: 1000 });
});

test("a protocol that nobody speaks is refused", async () => {
  await expect(hear("/?as=bytes", ["nobody"])).rejects.toThrow("403");
});

test("a client that leaves ends the answer", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/endless`);
  await new Promise((resolve) => socket.once("message", resolve));
  socket.close();
  await expect.poll(() => ended).toBe(1);
});

test("what was sent is not kept while the client stays", async () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const used = (): number => {
    if (typeof collect === "function") collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = used();
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/large?as=bytes`);
  let received = 0;
  await new Promise<void>((resolve) =>
    socket.on("message", (data: Buffer) => {
      received += data.length;
      if (received === LARGE_CHUNKS * MIB) resolve();
    }),
  );
  await expect.poll(() => (used() - before) / MIB).toBeLessThan(LARGE_CHUNKS / 4);
  socket.close();
});

test("a client that takes nothing is let go", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/large?as=bytes`);
  await new Promise((resolve) => socket.once("open", resolve));
  socket.pause();
  await expect
    .poll(() => server.logged.some(({ pairs }) => String(pairs["error"]).includes("took nothing for 300 ms")), {
      timeout: 5_000,
    })
    .toBe(true);
  await expect.poll(() => server.connections()).toBe(0);
});
