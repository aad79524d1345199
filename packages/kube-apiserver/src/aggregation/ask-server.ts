import { type ApiRequest, type Handler, type JsonRecord, isRecord } from "@skates/apimachinery";
import { resourcesOfList } from "@skates/apiserver";
import { type Clock, deadline } from "@skates/component-base";
import { limitedBytes } from "../limited-bytes.ts";
import { dialFailure } from "../webhooks/dial-failure.ts";
import { proxiedRequest } from "./proxied-request.ts";

/** Upstream's own name before aggregated servers, with a group that lets it see everything. */
const AGGREGATOR = { name: "system:kube-aggregator", groups: ["system:masters"] };
const ANSWER_MS = 5000;
const BYTES_MAX = 16 << 20;
const UTF8 = new TextDecoder();

/** A server that can be asked. */
export interface AskedServer {
  readonly handler: Handler;
  /** `https://10.1.2.3:8443`, for messages. */
  readonly origin: string;
  readonly clock: Clock;
}

/** What a server says of a version of its API. */
export type ServerAnswer =
  | { readonly resources: readonly JsonRecord[]; readonly openApiHash: string | undefined }
  /** Upstream's sentence on why it does not answer. */
  | { readonly failure: string };

/** Asks a server what it serves of a version. Never rejects but with the reason of the signal. */
export async function askServer(
  server: AskedServer,
  { group, version }: { readonly group: string; readonly version: string },
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const path = `/apis/${group}/${version}`;
  const url = `${server.origin}${path}`;
  const answer = await getJson(server, path, signal);
  if (answer.failure !== undefined) return { failure: `failing or missing response from ${url}: ${answer.failure}` };
  const resources = resourcesOfList(answer.value) ?? [];
  return { resources, openApiHash: await openApiHash(server, path, signal) };
}

/** The OpenAPI v3 document of a version; undefined: there is none that can be read. */
export async function askOpenApi(
  server: AskedServer,
  { group, version }: { readonly group: string; readonly version: string },
  signal: AbortSignal,
): Promise<JsonRecord | undefined> {
  const { value } = await getJson(server, `/openapi/v3/apis/${group}/${version}`, signal);
  return isRecord(value) ? value : undefined;
}

/** From the index of the server's documents: `/openapi/v3/apis/g/v?hash=…`. */
async function openApiHash(server: AskedServer, path: string, signal: AbortSignal): Promise<string | undefined> {
  const { value } = await getJson(server, "/openapi/v3", signal);
  const paths = isRecord(value) && isRecord(value["paths"]) ? value["paths"] : {};
  const entry = paths[path.slice(1)];
  const link = isRecord(entry) ? entry["serverRelativeURL"] : undefined;
  if (typeof link !== "string") return undefined;
  return new URL(link, "http://server").searchParams.get("hash") ?? "0";
}

interface Got {
  readonly value?: unknown;
  readonly failure?: string | undefined;
}

async function getJson(server: AskedServer, target: string, signal: AbortSignal): Promise<Got> {
  const url = `${server.origin}${target}`;
  using limit = deadline(server.clock, ANSWER_MS, signal);
  const request: ApiRequest = {
    method: "GET",
    path: target,
    query: new URLSearchParams(),
    headers: { accept: "application/json", "user-agent": "kube-apiserver" },
    body: { kind: "none" },
    peer: { loopback: AGGREGATOR },
    signal: limit.signal,
  };
  try {
    const response = await server.handler(proxiedRequest(request, AGGREGATOR, limit.signal));
    const text = UTF8.decode(await limitedBytes(response, BYTES_MAX));
    if (response.status < 200 || response.status >= 300)
      return { failure: `bad status from ${url}: ${response.status}` };
    return { value: parsed(text) };
  } catch (error) {
    signal.throwIfAborted();
    const late = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    const why = limit.signal.aborted ? late : dialFailure(error);
    return { failure: `Get ${JSON.stringify(url)}: ${why}` };
  }
}

/** What is no JSON is nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
