import type { ApiRequest, UserInfo } from "@skates/apimachinery";
import type { Authenticator } from "@skates/apiserver";
import { type Logger, messageOf } from "@skates/component-base";
import { type AnonymousAccess, letsAnonymous } from "./anonymous.ts";
import { proxiedUser, type RequestHeaderOptions } from "./request-header.ts";
import { isTokenRefusal, type TokenMethod } from "./token-method.ts";
import { ANONYMOUS, authenticated, certificateUser } from "./users.ts";

/** Whom the server trusts to tell who somebody is. Read for each request: it may change. */
export interface IdentityTrust {
  /** PEM bundle of the CAs of clients, as transport verifies them; published for aggregated servers. */
  readonly clientCa?: string | undefined;
  /** Absent: nobody speaks for others. */
  readonly requestHeader?: RequestHeaderOptions | undefined;
}

export interface AuthenticatorOptions {
  trust(): IdentityTrust;
  /** Made with the server, which needs the authenticator first. */
  tokens(): TokenMethod;
  anonymous(): AnonymousAccess;
  /** Audiences that a token must have one of to be used here. */
  readonly audiences: readonly string[];
  readonly log: Logger;
}

/**
 * Front proxy, then client certificate, then bearer token, then, on a few paths, nobody. Credentials that are wrong are never taken
 * for none.
 */
export function createAuthenticator({ trust, tokens, anonymous, audiences, log }: AuthenticatorOptions): Authenticator {
  return {
    async authenticate(request, signal) {
      const known = userByConnection(trust(), request);
      if (known !== undefined) return authenticated(known);
      const token = bearerToken(request);
      if (token !== undefined) return await userOfToken(token, signal);
      return letsAnonymous(anonymous(), request.path) && !sentWrongCertificate(request) ? ANONYMOUS : undefined;
    },
  };

  async function userOfToken(token: string, signal: AbortSignal): Promise<UserInfo | undefined> {
    try {
      const found = await tokens().authenticate(token, audiences, signal);
      return found === undefined ? undefined : authenticated(found.user);
    } catch (error) {
      if (!isTokenRefusal(error)) throw error;
      log.info("Token refused", { reason: messageOf(error) });
      return undefined;
    }
  }
}

function userByConnection({ requestHeader }: IdentityTrust, request: ApiRequest): UserInfo | undefined {
  const proxied = requestHeader === undefined ? undefined : proxiedUser(requestHeader, request);
  if (proxied !== undefined) return proxied;
  const certificate = "tls" in request.peer ? request.peer.tls.certificate : undefined;
  return certificate === undefined || certificate.commonName === "" ? undefined : certificateUser(certificate);
}

function sentWrongCertificate({ peer }: ApiRequest): boolean {
  if (!("tls" in peer)) return false;
  const { certificate, frontProxyCertificate, certificateFailure } = peer.tls;
  return certificateFailure !== undefined || (certificate === undefined && frontProxyCertificate !== undefined);
}

/** From the header, or from the WebSocket protocol list where browsers put it; undefined: none was sent. Other schemes count for nothing. */
function bearerToken(request: ApiRequest): string | undefined {
  const [scheme = "", token = ""] = (request.headers["authorization"] ?? "").trim().split(" ");
  if (scheme.toLowerCase() === "bearer" && token !== "") return token;
  const protocols = request.headers["sec-websocket-protocol"];
  const prefix = "base64url.bearer.authorization.k8s.io.";
  const protocol = protocols
    ?.split(",")
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  return protocol === undefined ? undefined : decodeBase64Url(protocol.slice(prefix.length));
}

function decodeBase64Url(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    // Not base64: a token that no check will accept.
    return "";
  }
}
