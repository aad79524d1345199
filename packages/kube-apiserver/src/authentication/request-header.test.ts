// Front proxies speak for others: who may, and what is read from the headers.
import type { ApiRequest, Peer } from "@skates/apimachinery";
import { expect, it } from "vitest";
import { proxiedUser, REQUEST_HEADERS, type RequestHeaderOptions } from "./request-header.ts";

const options: RequestHeaderOptions = { ...REQUEST_HEADERS, clientCa: "", allowedNames: ["front-proxy-client"] };
const certificate = (commonName: string) => ({
  commonName,
  organizations: [],
  serialNumber: "1",
  fingerprint: "f",
  notAfterMs: 1,
});
const proxy: Peer = { tls: { remoteAddress: "", frontProxyCertificate: certificate("front-proxy-client") } };

function request(headers: ApiRequest["headers"], more: Partial<ApiRequest> = {}): ApiRequest {
  return {
    method: "GET",
    path: "/",
    query: new URLSearchParams(),
    headers,
    body: { kind: "none" },
    peer: proxy,
    signal: new AbortController().signal,
    ...more,
  };
}

it("reads name, UID, groups and extra; a group may contain a comma", () => {
  const user = proxiedUser(
    options,
    request(
      {
        "x-remote-user": "jane",
        "x-remote-uid": "u1",
        "x-remote-group": "a, b, system:masters",
        "x-remote-extra-scopes%2fof": "one",
      },
      { repeatedHeaders: { "x-remote-group": ["a", "b, system:masters"] } },
    ),
  );
  expect(user).toEqual({
    name: "jane",
    uid: "u1",
    groups: ["a", "b, system:masters"],
    extra: { "scopes/of": ["one"] },
  });
  expect(proxiedUser(options, request({ "x-remote-user": "jane", "x-remote-group": "ou=a,dc=b" }))?.groups).toEqual([
    "ou=a,dc=b",
  ]);
});

it("believes nobody but a front proxy with an allowed name", () => {
  const asked = { "x-remote-user": "jane", "x-remote-group": "system:masters" };
  const peers: readonly Peer[] = [
    { tls: { remoteAddress: "" } },
    { tls: { remoteAddress: "", certificate: certificate("front-proxy-client") } },
    { tls: { remoteAddress: "", frontProxyCertificate: certificate("other") } },
  ];
  expect(peers.map((peer) => proxiedUser(options, request(asked, { peer })))).toEqual(peers.map(() => undefined));
  const any = { ...options, allowedNames: [] };
  expect(peers.map((peer) => proxiedUser(any, request(asked, { peer }))?.name)).toEqual([undefined, undefined, "jane"]);
});

it("is nobody's word when no user is named", () => {
  expect(proxiedUser(options, request({ "x-remote-group": "system:masters" }))).toBe(undefined);
  expect(proxiedUser(options, request({ "x-remote-user": "" }))).toBe(undefined);
});
