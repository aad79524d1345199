// Endpoint slices, leases, bindings, tokens and access reviews: what each refuses.
import { formatFieldError, validateValue } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { TokenRequest } from "../../authentication/v1/token-request.ts";
import { selfSubjectAccessReviews } from "../../authorization/v1/self-subject-access-review.ts";
import { subjectAccessReviews } from "../../authorization/v1/subject-access-review.ts";
import { leases } from "../../coordination/v1/lease.ts";
import { bindings } from "../../core/v1/binding.ts";
import { createFindings, updateFindings } from "../../testing.ts";
import { endpointSlices } from "./endpoint-slice.ts";

test("addresses are of the slice's type", () => {
  const slice = (addressType: string, address: string): object => ({
    addressType,
    endpoints: [{ addresses: [address] }],
    ports: [],
  });
  expect(createFindings(endpointSlices, slice("IPv4", "10.0.0.1"))).toEqual([]);
  expect(createFindings(endpointSlices, slice("IPv4", "fd00::1"))).toEqual([
    'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address',
  ]);
  expect(createFindings(endpointSlices, slice("IPv4", "127.0.0.1"))).toEqual([
    'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ]);
  expect(updateFindings(endpointSlices, { from: slice("IPv4", "10.0.0.1"), to: slice("IPv6", "fd00::1") })).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});

test("an endpoint has an address, ports have names of their own", () => {
  expect(
    createFindings(endpointSlices, { addressType: "IPv4", endpoints: [{}], ports: [{ port: 1 }, { port: 2 }] }),
  ).toEqual(["endpoints[0].addresses: Required value", 'ports[1].name: Duplicate value: ""']);
});

test("a lease lasts for some time", () => {
  expect(createFindings(leases, { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })).toEqual([
    "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
    "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
  ]);
});

test("a pod is bound to a node", () => {
  expect(createFindings(bindings, { target: { kind: "Node", name: "n" } })).toEqual([]);
  expect(createFindings(bindings, { target: { kind: "Pod" } })).toEqual([
    'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
    "target.name: Required value",
  ]);
});

test("a token lasts ten minutes at least", () => {
  const findings = validateValue(TokenRequest, { metadata: { name: "" }, spec: { expirationSeconds: 599 } });
  expect(findings.map(formatFieldError)).toEqual([
    "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",
  ]);
});

test("a review asks one thing about somebody", () => {
  const metadata = { name: "" };
  expect(createFindings(selfSubjectAccessReviews, { metadata, spec: {} })).toEqual([
    "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
  ]);
  expect(createFindings(subjectAccessReviews, { metadata, spec: { resourceAttributes: { verb: "get" } } })).toEqual([
    'spec.user: Invalid value: "": at least one of user or group must be specified',
  ]);
});
