// When kube-proxy of a joined node takes another token: in time, when the server does not know it, and not at every call.
import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { clientFor } from "@skates/client";
import { seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { nodeProxyTokens } from "./node-proxy-tokens.ts";

const HOUR_MS = 3_600_000;

function answer(status: number, value: object): ApiResponse {
  const chunks = [new TextEncoder().encode(JSON.stringify(value))];
  const stream = (async function* () {
    yield* chunks;
  })();
  return { status, headers: {}, body: { kind: "bytes", mediaType: "application/json", chunks: stream } };
}

async function text({ body }: ApiRequest): Promise<string> {
  return body.kind === "bytes" ? new TextDecoder().decode(await body.read(1_000_000)) : "";
}

/** A server that has the node and gives tokens for an hour, and what was asked of it. */
function started() {
  const clock = virtualClock();
  const state = { uid: "u1", refuses: false };
  const asked: unknown[] = [];
  const handler: Handler = async (request) => {
    if (request.path === "/api/v1/nodes/n1")
      return answer(200, { apiVersion: "v1", kind: "Node", metadata: { name: "n1", uid: state.uid }, spec: {} });
    if (request.path !== "/api/v1/namespaces/kube-system/serviceaccounts/kube-proxy/token")
      throw new Error(`unexpected ${request.path}`);
    if (state.refuses)
      return answer(403, { apiVersion: "v1", kind: "Status", status: "Failure", reason: "Forbidden", code: 403 });
    const { spec } = JSON.parse(await text(request));
    asked.push(spec.boundObjectRef);
    const expirationTimestamp = new Date(clock.nowMs() + HOUR_MS).toISOString().replace(/\.\d+/, "");
    const status = { token: `t${asked.length}`, expirationTimestamp };
    return answer(201, { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: {}, spec, status });
  };
  const client = clientFor(handler, { userAgent: "test", clock, random: seededRandom(1), wire: true });
  return { clock, state, asked, tokens: nodeProxyTokens({ client, clock, nodeName: "n1" }) };
}

const bound = (uid: string) => ({ apiVersion: "v1", kind: "Node", name: "n1", uid });

it("asks once for many callers, and again when a fifth of the hour is left", async () => {
  const { clock, asked, tokens } = started();
  expect(await Promise.all([tokens.current(), tokens.current(), tokens.current()])).toEqual(["t1", "t1", "t1"]);
  await clock.advance(0.79 * HOUR_MS);
  expect(await tokens.current()).toBe("t1");
  await clock.advance(0.02 * HOUR_MS);
  expect(await tokens.current()).toBe("t2");
  expect(asked).toEqual([bound("u1"), bound("u1")]);
});

it("asks again after a 401, for the node as it is by then, and not after other answers", async () => {
  const { state, asked, tokens } = started();
  const codes = [200, 403, 401, 200];
  const handler = tokens.watched(() => Promise.resolve(answer(codes.shift() ?? 500, {})));
  const call = (): Promise<ApiResponse> => handler({ path: "/" } as ApiRequest);
  const seen = [await tokens.current()];
  for (let i = 0; i < 3; i++) {
    await call();
    state.uid = "u2";
    seen.push(await tokens.current());
  }
  expect(seen).toEqual(["t1", "t1", "t1", "t2"]);
  expect(asked).toEqual([bound("u1"), bound("u2")]);
});

it("a refusal is told to who asked, and the next one asks anew", async () => {
  const { state, tokens } = started();
  state.refuses = true;
  await expect(tokens.current()).rejects.toMatchObject({ reason: "Forbidden" });
  state.refuses = false;
  expect(await tokens.current()).toBe("t1");
});
