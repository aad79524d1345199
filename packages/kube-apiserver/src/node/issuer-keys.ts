import { isRecord, type JsonRecord } from "@skates/apimachinery";
import { type Clock, deadline, messageOf } from "@skates/component-base";
import { httpsHandler } from "@skates/transport/node";
import { compactVerify, decodeProtectedHeader, type JWK } from "jose";
import type { IssuerAddress, IssuerKeys, IssuerKeysFactory } from "../authentication/jwt/issuer-keys.ts";
import { apiServerError } from "../errors.ts";

const DISCOVERY = "/.well-known/openid-configuration";
const FETCH_TIMEOUT_MS = 30_000;
const DOCUMENT_BYTES_MAX = 1024 * 1024;
const KEYS_MAX = 1000;
/** Tokens with unknown keys make the keys be fetched again, but not more often. */
const FETCH_EVERY_MS = 10_000;

/** Fetches issuers' keys over HTTPS and checks signatures by jose. */
export function issuerKeys(clock: Clock): IssuerKeysFactory {
  return (address) => keysOf(address, clock);
}

interface Key {
  readonly kid: string | undefined;
  readonly jwk: JWK;
}

function keysOf(address: IssuerAddress, clock: Clock): IssuerKeys {
  let keys: readonly Key[] = [];
  let fetchedMs = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  /** All who wait share one fetch, which none of them can end for the others. */
  const refresh = async (): Promise<void> => {
    if (clock.monotonicMs() - fetchedMs < FETCH_EVERY_MS) return;
    fetching ??= fetchKeys(address, clock)
      .then((found) => {
        keys = found;
        fetchedMs = clock.monotonicMs();
      })
      .finally(() => {
        fetching = undefined;
      });
    await fetching;
  };
  const verifyBy = async (token: string, kid: string | undefined): Promise<JsonRecord | undefined> => {
    for (const key of keys) {
      if (kid !== undefined && key.kid !== undefined && key.kid !== kid) continue;
      const claims = await verified(token, key.jwk, address.algorithms);
      if (claims !== undefined) return claims;
    }
    return undefined;
  };
  return {
    async verify(token, signal) {
      const { alg, kid } = headerOf(token);
      if (alg === undefined || !address.algorithms.includes(alg)) {
        throw invalid(
          `unexpected signature algorithm ${JSON.stringify(alg)}; expected ${address.algorithms.join(", ")}`,
        );
      }
      const found = await verifyBy(token, kid);
      if (found !== undefined) return found;
      await refresh();
      signal.throwIfAborted();
      const again = await verifyBy(token, kid);
      if (again !== undefined) return again;
      throw invalid("failed to verify signature: failed to verify id token signature");
    },
  };
}

function headerOf(token: string): { readonly alg?: string | undefined; readonly kid?: string | undefined } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw invalid("malformed jwt");
  }
}

/** The library keeps what it has made of a key for as long as the key is there. */
async function verified(token: string, jwk: JWK, algorithms: readonly string[]): Promise<JsonRecord | undefined> {
  try {
    const { payload } = await compactVerify(token, jwk, { algorithms: [...algorithms] });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined; // another key, or a key of another kind
  }
}

async function fetchKeys(address: IssuerAddress, clock: Clock): Promise<readonly Key[]> {
  try {
    const discovery = await fetchJson(
      address.discoveryUrl ?? `${address.issuer.replace(/\/$/, "")}${DISCOVERY}`,
      address,
      clock,
    );
    if (discovery["issuer"] !== address.issuer) {
      const did = JSON.stringify(discovery["issuer"]);
      throw new Error(
        `issuer did not match the issuer returned by provider, expected ${JSON.stringify(address.issuer)} got ${did}`,
      );
    }
    const uri = discovery["jwks_uri"];
    if (typeof uri !== "string") throw new Error("provider did not return JWKS URL");
    const { keys } = await fetchJson(uri, address, clock);
    if (!Array.isArray(keys)) throw new Error("provider returned no list of keys");
    return keys.slice(0, KEYS_MAX).flatMap(publicKey);
  } catch (error) {
    throw apiServerError(
      "TokenUnverified",
      `oidc: keys of ${address.issuer} cannot be had: ${messageOf(error)}`,
      error,
    );
  }
}

/** Keys for encryption and shared secrets are left out: with the latter anybody could sign who has read them here. */
function publicKey(value: unknown): readonly Key[] {
  if (!isRecord(value) || value["kty"] === "oct" || (value["use"] ?? "sig") !== "sig") return [];
  const kid = value["kid"];
  const jwk: JWK = Object.fromEntries(Object.entries(value).filter(([name]) => name !== "alg" && name !== "key_ops"));
  return [{ kid: typeof kid === "string" ? kid : undefined, jwk }];
}

async function fetchJson(text: string, { ca }: IssuerAddress, clock: Clock): Promise<JsonRecord> {
  const url = new URL(text);
  const client = httpsHandler({ server: url.origin, ca, userAgent: "kube-apiserver" });
  const never = new AbortController();
  using limit = deadline(clock, FETCH_TIMEOUT_MS, never.signal);
  try {
    const { status, body } = await client.handler({
      method: "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: { accept: "application/json" },
      body: { kind: "none" },
      peer: { tls: { remoteAddress: "" } },
      signal: limit.signal,
    });
    if (status !== 200) throw new Error(`${text} answered with ${status}`);
    const value: unknown = JSON.parse(body.kind === "bytes" ? await readText(body.chunks) : "");
    if (!isRecord(value)) throw new Error(`${text} answered with no object`);
    return value;
  } finally {
    await client.close();
  }
}

async function readText(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > DOCUMENT_BYTES_MAX) throw new Error("the document is larger than 1 MiB");
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString("utf8");
}

function invalid(message: string): Error {
  return apiServerError("TokenInvalid", `oidc: verify token: ${message}`);
}
