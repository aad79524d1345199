import { setMaxListeners } from "node:events";
import type { ApiRequest, ApiResponse, Handler, Peer, PeerCertificate, UserInfo } from "@skates/apimachinery";
import { createEnv, type Env, seededRandom, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import type { TokenSigner } from "@skates/pki";
import { nodePki, tokenSigner, tokenVerifier } from "@skates/pki/node";
import { memoryStore, type RevisionStore } from "@skates/storage";
import { LEGACY_ISSUER } from "../authentication/legacy-tokens.ts";
import { createKubeApiServer, type KubeApiServer, type KubeApiServerOptions } from "../kube-api-server.ts";
import { inProcess } from "../testing/index.ts";

export const ISSUER = "https://kubernetes.default.svc.cluster.local";
export const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };

/** A server in this process, running, with a store in memory. */
export interface TestServer {
  readonly server: KubeApiServer;
  readonly store: RevisionStore;
  /** Of tokens of service accounts. */
  readonly signer: TokenSigner;
  /** Sends JSON over the handler that transport would call, and reads the answer. */
  call(as: Caller, method: string, path: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // Tests look into answers without ceremony; this file serves tests only.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  /** Texts of the `Warning` headers; absent: none. */
  readonly warnings?: readonly string[];
}

/** Who calls: a user by certificate, a token, or nobody. */
export type Caller = { readonly user: UserInfo } | { readonly token: string } | "nobody";

/** Starts a server and waits until it is ready. */
export async function startTestServer(
  options: Partial<KubeApiServerOptions> = {},
  tokens: Partial<KubeApiServerOptions["tokens"]> = {},
): Promise<TestServer> {
  const clock = systemClock();
  const random = seededRandom(1);
  const store = options.store ?? memoryStore({ clock });
  const pki = nodePki({ clock, random });
  const signed = await signedTokens({ clock, random });
  const server = createKubeApiServer({
    env: createEnv({ clock, random }),
    ...inProcess(),
    tokens: { ...signed, ...tokens },
    readRequest: (request) => pki.readRequest(request),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    ...options,
    store,
  });
  setMaxListeners(0); // one signal ends all that runs here
  const stopping = new AbortController();
  const group = new TaskGroup(stopping.signal);
  group.spawn((signal) => server.run(signal));
  while (!server.ready() && group.size > 0) await clock.sleep(5, stopping.signal);
  if (group.size === 0) await group.join();
  return {
    server,
    store,
    signer: signed.signer,
    call: (as, method, path, body) => send(server.handler, as, { method, path, body }),
    stop: async () => {
      stopping.abort(new Error("test over"));
      await group.join();
    },
  };
}

/** Tokens of service accounts, with a key of their own. */
export async function signedTokens({
  clock,
  random,
}: Pick<Env, "clock" | "random">): Promise<KubeApiServerOptions["tokens"]> {
  const { privateKey, publicKey } = await nodePki({ clock, random }).createTokenKey();
  return {
    signer: await tokenSigner(privateKey),
    verifier: await tokenVerifier({ publicKeys: [publicKey], issuers: [ISSUER, LEGACY_ISSUER], clock }),
    issuer: ISSUER,
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

async function send(handler: Handler, as: Caller, { method, path, body }: Sent): Promise<Answer> {
  const url = new URL(path, "http://api");
  const bytes = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
  const mediaType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const request: ApiRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: {
      accept: "application/json",
      "user-agent": "test/1",
      ...(bytes === undefined ? {} : { "content-type": mediaType }),
      ...(typeof as === "object" && "token" in as ? { authorization: `Bearer ${as.token}` } : {}),
    },
    body: bytes === undefined ? { kind: "none" } : { kind: "bytes", mediaType, read: async () => bytes },
    peer: peerOf(as),
    signal: new AbortController().signal,
  };
  const response = await handler(request);
  const warnings = (response.warnings ?? []).map((header) =>
    header.replace(/^299 - "(.*)"$/, "$1").replaceAll('\\"', '"'),
  );
  const answer = { status: response.status, body: await readBody(response) };
  return warnings.length === 0 ? answer : { ...answer, warnings };
}

/** Who calls, as transport tells the server. */
export function peerOf(as: Caller): Peer {
  return { tls: { remoteAddress: "127.0.0.1", certificate: certificateOf(as) } };
}

function certificateOf(as: Caller): PeerCertificate | undefined {
  if (typeof as !== "object" || !("user" in as)) return undefined;
  return {
    commonName: as.user.name,
    organizations: as.user.groups,
    serialNumber: "01",
    fingerprint: "f1",
    notAfterMs: Number.MAX_SAFE_INTEGER,
  };
}

/** JSON as its value, else text. */
export async function readBody({ body }: ApiResponse): Promise<unknown> {
  if (body.kind === "json") return body.value;
  if (body.kind !== "bytes") return undefined;
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body.chunks) text += decoder.decode(chunk, { stream: true });
  return body.mediaType.startsWith("application/json") ? JSON.parse(text) : text;
}
