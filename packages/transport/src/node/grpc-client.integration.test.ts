// gRPC calls against a server of the same library on a unix socket: replies, failures, deadlines, aborts, reconnection.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GrpcClient, GrpcMethod } from "../grpc.ts";
import { grpcClient } from "./grpc-client.ts";

const text = (path: string): GrpcMethod<string, string> => ({
  path,
  encode: (value) => new TextEncoder().encode(value),
  decode: (bytes) => new TextDecoder().decode(bytes),
});
const ECHO = text("/test.Echo/Unary");
const COUNT = text("/test.Echo/Count");
const CHAT = text("/test.Echo/Chat");
const never = new AbortController().signal;

const directory = mkdtempSync(join(tmpdir(), "skates-grpc-"));
const address = `unix://${join(directory, "s.sock")}`;
let server: Server;
let client: GrpcClient;
let canceled = 0;

beforeAll(async () => {
  server = await listen();
  client = await grpcClient({ address, reconnectMsMax: 100 });
});
afterAll(() => {
  client.close();
  server.forceShutdown();
  rmSync(directory, { recursive: true });
});

async function listen(): Promise<Server> {
  const made = new Server({ "grpc.max_receive_message_length": -1 });
  const raw = {
    requestSerialize: (v: string) => Buffer.from(v),
    requestDeserialize: (b: Buffer) => b.toString(),
    responseSerialize: (v: string) => Buffer.from(v),
    responseDeserialize: (b: Buffer) => b.toString(),
  };
  made.addService(
    {
      unary: { path: ECHO.path, requestStream: false, responseStream: false, ...raw },
      count: { path: COUNT.path, requestStream: false, responseStream: true, ...raw },
      chat: { path: CHAT.path, requestStream: true, responseStream: true, ...raw },
    },
    {
      unary: (call: any, reply: any) => {
        call.on("cancelled", () => canceled++);
        if (call.request === "hang") return;
        if (call.request === "missing") return reply({ code: status.NOT_FOUND, details: 'container "x" not found' });
        reply(null, call.request);
      },
      count: (call: any) => {
        call.on("cancelled", () => canceled++);
        if (call.request === "fail") {
          call.write("1");
          call.emit("error", { code: status.OUT_OF_RANGE, details: "too far" });
          return;
        }
        for (let i = 1; i <= Number(call.request); i++) call.write(String(i));
        if (call.request !== "3") return;
        call.end();
      },
      chat: (call: ServerDuplexStream<string, string>) => {
        call.on("data", (m) => call.write(`<${m}>`));
        call.on("end", () => call.end());
      },
    },
  );
  await new Promise<void>((resolve, reject) =>
    made.bindAsync(address, ServerCredentials.createInsecure(), (e) => (e === null ? resolve() : reject(e))),
  );
  return made;
}

test("a unary call returns the decoded reply, also one far over 4 MB", async () => {
  expect(await client.unary(ECHO, "hello", { signal: never })).toBe("hello");
  const big = "x".repeat(9_000_000);
  expect(await client.unary(ECHO, big, { signal: never })).toBe(big);
});

test("a failure carries the code's name and Go's text", async () => {
  await expect(client.unary(ECHO, "missing", { signal: never })).rejects.toMatchObject({
    name: "OperatingError",
    code: "GrpcNotFound",
    message: 'rpc error: code = NotFound desc = container "x" not found',
  });
});

test("a deadline ends the call", async () => {
  const call = client.unary(ECHO, "hang", { signal: never, timeoutMs: 50 });
  await expect(call).rejects.toMatchObject({ code: "GrpcDeadlineExceeded" });
});

test("aborting throws the signal's reason and cancels the call at the server", async () => {
  const controller = new AbortController();
  const before = canceled;
  const call = client.unary(ECHO, "hang", { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await expect(call).rejects.toThrow("enough");
  await expect.poll(() => canceled).toBe(before + 1);
  await expect(client.unary(ECHO, "x", { signal: controller.signal })).rejects.toThrow("enough");
});

test("a server stream is read to its end; its failure is thrown after what came before", async () => {
  const seen: string[] = [];
  for await (const reply of client.serverStream(COUNT, "3", { signal: never })) seen.push(reply);
  expect(seen).toEqual(["1", "2", "3"]);
  const failing = async (): Promise<void> => {
    for await (const reply of client.serverStream(COUNT, "fail", { signal: never })) seen.push(reply);
  };
  await expect(failing()).rejects.toMatchObject({ code: "GrpcOutOfRange" });
  expect(seen).toEqual(["1", "2", "3", "1"]);
});

test("leaving a stream's loop cancels the call, and so does an abort", async () => {
  const before = canceled;
  for await (const reply of client.serverStream(COUNT, "5", { signal: never })) if (reply === "2") break;
  await expect.poll(() => canceled).toBe(before + 1);
  const controller = new AbortController();
  const reading = async (): Promise<void> => {
    for await (const reply of client.serverStream(COUNT, "5", { signal: controller.signal }))
      if (reply === "5") controller.abort(new Error("stop"));
  };
  await expect(reading()).rejects.toThrow("stop");
  await expect.poll(() => canceled).toBe(before + 2);
});

test("both sides stream; the end of the requests ends the call", async () => {
  async function* questions(): AsyncGenerator<string> {
    yield "a";
    yield "b";
  }
  const seen: string[] = [];
  for await (const reply of client.bidi(CHAT, questions(), { signal: never })) seen.push(reply);
  expect(seen).toEqual(["<a>", "<b>"]);
});

test("what the source of requests throws ends the call with it", async () => {
  async function* questions(): AsyncGenerator<string> {
    yield "a";
    throw new Error("no more ideas");
  }
  const reading = async (): Promise<void> => {
    for await (const _ of client.bidi(CHAT, questions(), { signal: never }));
  };
  await expect(reading()).rejects.toThrow("no more ideas");
});

test("an unreachable server is Unavailable; after it is back the same client works", async () => {
  server.forceShutdown();
  await expect(client.unary(ECHO, "x", { signal: never })).rejects.toMatchObject({ code: "GrpcUnavailable" });
  server = await listen();
  await expect
    .poll(() => client.unary(ECHO, "back", { signal: never }).catch((e: Error) => e.message), { timeout: 5_000 })
    .toBe("back");
});
