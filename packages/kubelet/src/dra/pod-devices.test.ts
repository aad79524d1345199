// Which claims a pod has and may use, what its containers get of them, and which plugins are taken: objects in, names or words out.
import type { Pod } from "@skates/api/core/v1";
import type { ResourceClaim } from "@skates/api/resource/v1";
import { expect, test } from "vitest";
import { cdiNames, newClaimInfo, withDevices } from "./claim-info.ts";
import { draRefusal, draService } from "./plugin-info.ts";
import { claimRefusal, claimsDevices, claimsOf, usesOf } from "./pod-devices.ts";

const pod = (spec: Partial<Pod["spec"]>, status?: Pod["status"]): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid: "u" },
  spec: { containers: [{ name: "c" }], ...spec },
  status,
});
const claim = (status: ResourceClaim["status"], owner?: string): ResourceClaim => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaim",
  metadata: {
    name: "one",
    namespace: "ns",
    uid: "c1",
    ownerReferences:
      owner === undefined ? [] : [{ apiVersion: "v1", kind: "Pod", name: "p", uid: owner, controller: true }],
  },
  spec: {},
  status,
});
const result = (driver: string, request: string) => ({ driver, request, pool: "n", device: "d" });
const allocation = { devices: { results: [result("a.test", "x"), result("b.test", "y")] } };
const reservedFor = [{ resource: "pods", name: "p", uid: "u" }];

test("claims are named by the pod, by what was made from templates, and by extended resources", () => {
  const templated = { resourceClaims: [{ name: "t", resourceClaimTemplateName: "template" }] };
  expect(claimsDevices(pod({}))).toBe(false);
  expect(() => claimsOf(pod(templated))).toThrow('pod "ns/p": ResourceClaim not created yet');
  expect(claimsOf(pod(templated, { resourceClaimStatuses: [{ name: "t" }] }))).toEqual([]);
  const whole = pod(
    { resourceClaims: [{ name: "o", resourceClaimName: "one" }, ...templated.resourceClaims] },
    {
      resourceClaimStatuses: [{ name: "t", resourceClaimName: "p-t-x" }],
      extendedResourceClaimStatus: { resourceClaimName: "p-ext", requestMappings: [] },
    },
  );
  expect(claimsOf(whole)).toEqual([
    { name: "one", own: false },
    { name: "p-t-x", own: true },
    { name: "p-ext", own: false },
  ]);
});

test("a claim is for a pod that owns it or is among its users, once it has devices", () => {
  const named = { name: "one", own: false };
  const refusal = (status: ResourceClaim["status"], own = false, owner?: string) =>
    claimRefusal(pod({}), claim(status, owner), { ...named, own });
  expect([
    refusal({ allocation, reservedFor }),
    refusal({ allocation, reservedFor }, true, "u"),
    refusal({ allocation, reservedFor }, true, "other"),
    refusal({ allocation }),
    refusal({ reservedFor }),
  ]).toEqual([
    undefined,
    undefined,
    "ResourceClaim ns/one was not created for Pod ns/p (Pod is not owner)",
    "pod p (u) is not allowed to use ResourceClaim one (c1)",
    "ResourceClaim one: not allocated",
  ]);
});

test("a container gets the devices of what it names: a claim, one of its requests, or an extended resource", () => {
  const extendedResourceClaimStatus = {
    resourceClaimName: "p-ext",
    requestMappings: [
      { containerName: "c", resourceName: "vendor.test/gpu", requestName: "r0" },
      { containerName: "other", resourceName: "vendor.test/gpu", requestName: "r1" },
    ],
  };
  const holder = pod({ resourceClaims: [{ name: "o", resourceClaimName: "one" }] }, { extendedResourceClaimStatus });
  const resources = { claims: [{ name: "o", request: "x" }, { name: "o" }], requests: { "vendor.test/gpu": "1" } };
  expect(usesOf(holder, { name: "c", resources })).toEqual([
    { claim: "one", request: "x" },
    { claim: "one" },
    { claim: "p-ext", request: "r0" },
  ]);
  expect(usesOf(holder, { name: "d" })).toEqual([]);
  const info = withDevices(
    withDevices(newClaimInfo(claim({ allocation })), "a.test", [
      { requestNames: ["x"], cdiDeviceIds: ["a=0", "a=1"] },
      { cdiDeviceIds: ["a=all"] },
    ]),
    "b.test",
    [{ requestNames: ["y"], cdiDeviceIds: ["b=0"] }, {}],
  );
  expect([cdiNames(info, "x"), cdiNames(info, "y"), cdiNames(info, undefined)]).toEqual([
    ["a=0", "a=1", "a=all"],
    ["a=all", "b=0"],
    ["a=0", "a=1", "a=all", "b=0"],
  ]);
});

test("plugins are taken by the first service that is known, and refused in upstream's words", () => {
  const offer = (...versions: string[]) => ({ type: "DRAPlugin", name: "a.test", endpoint: "/s", versions });
  expect(draService(offer("v2.DRAPlugin", "v1beta1.DRAPlugin", "v1.DRAPlugin"))).toBe(
    "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin",
  );
  expect([draRefusal(offer("v1.DRAPlugin")), draRefusal(offer()), draRefusal(offer("1.0.0"))]).toEqual([
    undefined,
    "invalid supported gRPC versions of DRA driver plugin a.test at endpoint /s: empty list of supported gRPC services (aka supported versions)",
    'invalid supported gRPC versions of DRA driver plugin a.test at endpoint /s: none of services supported by the plugin (["1.0.0"]) are supported by the kubelet (["v1.DRAPlugin" "v1beta1.DRAPlugin"])',
  ]);
});
