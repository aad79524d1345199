import { builtinResources } from "@skates/api";
import type { ApiRequest, ApiResponse, Resource, UserInfo } from "@skates/apimachinery";
import {
  createEnv,
  type Env,
  seededRandom,
  silentLogger,
  TaskGroup,
  type VirtualClock,
  virtualClock,
} from "@skates/component-base";
import { memoryStore, type RevisionStore } from "@skates/storage";
import type { ApiServerOptions } from "./options.ts";
import { type ApiServer, createApiServer } from "./server.ts";
import { openTo } from "./testing/index.ts";

/** For tests: a server over a store in memory on virtual time, spoken to in bytes as over the wire. */
export interface TestServer {
  readonly server: ApiServer;
  readonly store: RevisionStore;
  readonly clock: VirtualClock;
  readonly env: Env;
  /** JSON in, JSON out; `body` may be text. */
  call(method: string, url: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The frames of a watch, parsed, one at a time. */
  watch(url: string, signal?: AbortSignal): Promise<AsyncIterator<WatchFrame>>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly mediaType: string;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface WatchFrame {
  readonly type: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly object: any;
}

const TEST_USER: UserInfo = { name: "tester", groups: ["system:masters"] };
export const TEST_START_MS = Date.UTC(2026, 10, 20, 12, 0, 0);

export type TestOptions = Partial<ApiServerOptions>;

/** A running server; stop it after the test. */
export async function startTestServer(overrides: TestOptions = {}): Promise<TestServer> {
  const clock = virtualClock(TEST_START_MS);
  const random = seededRandom(1);
  const env = createEnv({ clock, random, log: silentLogger });
  const store = overrides.store ?? memoryStore({ clock });
  const server = createApiServer({
    env,
    store,
    resources: builtinResources.filter((resource) => resource.group !== "metrics.k8s.io"),
    ...openTo(TEST_USER),
    turn: () => Promise.resolve(),
    onDecode: deepFreeze,
    ...overrides,
  });
  const ending = new AbortController();
  const group = new TaskGroup(ending.signal);
  group.spawn((signal) => server.run(signal));
  const call: TestServer["call"] = async (method, url, body, headers = {}) =>
    await readAnswer(await server.handler(requestOf(method, url, { body, headers })));
  return {
    server,
    store,
    clock,
    env,
    call,
    watch: async (url, signal) => framesOf(await server.handler(requestOf("GET", url, { headers: {}, signal }))),
    stop: async () => {
      ending.abort(new Error("the test is over"));
      await group.join();
    },
  };
}

interface Sent {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

function requestOf(method: string, url: string, { body, headers, signal }: Sent): ApiRequest {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
  const mediaType = headers["content-type"] ?? "application/json";
  const bytes =
    body instanceof Uint8Array
      ? body
      : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  return {
    method,
    path,
    query,
    headers: { "content-type": mediaType, "user-agent": "test/1.0", host: "api.test", ...headers },
    body: body === undefined ? { kind: "none" } : { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: { tls: { remoteAddress: "127.0.0.1" } },
    signal: signal ?? new AbortController().signal,
  };
}

async function readAnswer(response: ApiResponse): Promise<Answer> {
  const parts: Uint8Array[] = [];
  let mediaType = "";
  if (response.body.kind === "bytes") {
    mediaType = response.body.mediaType;
    for await (const chunk of response.body.chunks) parts.push(chunk);
  } else if (response.body.kind !== "none") throw new Error(`body of kind ${response.body.kind} on the wire`);
  const text = new TextDecoder().decode(Buffer.concat(parts));
  const { status, headers, warnings = [] } = response;
  return { status, headers, warnings, mediaType, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function* framesOf(response: ApiResponse): AsyncGenerator<WatchFrame> {
  if (response.body.kind !== "bytes") throw new Error("no stream");
  if (response.status !== 200) throw new Error(`${response.status}: ${(await readAnswer(response)).text}`);
  let rest = "";
  for await (const chunk of response.body.chunks) {
    const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as WatchFrame;
  }
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
}

/** A resource by its name, for tests. */
export function builtin(plural: string, group = ""): Resource {
  const found = builtinResources.find((resource) => resource.plural === plural && resource.group === group);
  if (found === undefined) throw new Error(`no ${plural}`);
  return found;
}
