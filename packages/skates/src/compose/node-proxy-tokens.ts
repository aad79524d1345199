import type { TokenRequest } from "@skates/api/authentication/v1";
import { nodes, serviceAccounts } from "@skates/api/core/v1";
import { type Handler, parseTime } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Clock, must } from "@skates/component-base";

export interface NodeProxyTokensOptions {
  /** Under the node's identity. */
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
}

export interface NodeProxyTokens {
  /** A token that counts for a while yet; the one before, unless a fifth of its time or less is left. */
  current(): Promise<string>;
  /** The handler, which has the next request take a new token when the server does not know this one any more. */
  watched(handler: Handler): Handler;
}

const ACCOUNT = { namespace: "kube-system", name: "kube-proxy" };
const VALID_SECONDS = 3_600;
const LEFT_PART = 0.2;

/** Tokens of kube-proxy's account, bound to the node: they end with its Node object, and with them the right of who stole one. */
export function nodeProxyTokens({ client, clock, nodeName }: NodeProxyTokensOptions): NodeProxyTokens {
  let held: { readonly token: Promise<string>; readonly renewAtMs: number } | undefined;
  const request = async (): Promise<string> => {
    const { signal } = new AbortController(); // many wait for the one token: none of them ends it
    const { metadata } = await client.resource(nodes).get({ name: nodeName }, {}, signal);
    const asked: TokenRequest = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: ACCOUNT,
      spec: {
        expirationSeconds: VALID_SECONDS,
        boundObjectRef: { apiVersion: "v1", kind: "Node", name: nodeName, uid: metadata.uid },
      },
    };
    const { status } = await client
      .resource(serviceAccounts)
      .sub("token")
      .create<TokenRequest>(ACCOUNT, asked, {}, signal);
    const token = must(status?.token, "token of a token request's answer");
    const endMs = parseTime(must(status?.expirationTimestamp, "end of a token"));
    const nowMs = clock.nowMs();
    held = { token: Promise.resolve(token), renewAtMs: nowMs + (1 - LEFT_PART) * (endMs - nowMs) };
    return token;
  };
  return {
    current() {
      if (held !== undefined && clock.nowMs() < held.renewAtMs) return held.token;
      const token = request().catch((error: unknown) => {
        held = undefined;
        throw error;
      });
      held = { token, renewAtMs: Number.POSITIVE_INFINITY };
      return token;
    },
    watched: (handler) => async (call) => {
      const answer = await handler(call);
      if (answer.status === 401) held = undefined;
      return answer;
    },
  };
}
