// Extended resources that devices serve: by which class, and which requests a pod's containers make.
import type { Container } from "@skates/api/core/v1";
import type { DeviceClass } from "@skates/api/resource/v1";
import { describe, expect, it } from "vitest";
import { testPod } from "../testing/objects.ts";
import { classesByResource, extendedClaim } from "./extended-resources.ts";

const deviceClass = (
  name: string,
  extendedResourceName?: string,
  creationTimestamp = "2026-01-01T00:00:00Z",
): DeviceClass => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "DeviceClass",
  metadata: { name, creationTimestamp },
  spec: extendedResourceName === undefined ? {} : { extendedResourceName },
});

describe("a class", () => {
  it("serves the resource of its own name, and the one it names; the newest serves what several name, then the first by name", () => {
    const classes = [
      deviceClass("b", "example.com/gpu"),
      deviceClass("a", "example.com/gpu"),
      deviceClass("old", "example.com/nic", "2025-01-01T00:00:00Z"),
      deviceClass("new", "example.com/nic", "2026-02-01T00:00:00Z"),
    ];
    const served = Object.fromEntries(
      [...classesByResource(classes)].map(([name, { metadata }]) => [name, metadata.name]),
    );
    const prefix = "deviceclass.resource.kubernetes.io/";
    expect(served).toEqual({
      "example.com/gpu": "a",
      "example.com/nic": "new",
      [`${prefix}a`]: "a",
      [`${prefix}b`]: "b",
      [`${prefix}old`]: "old",
      [`${prefix}new`]: "new",
    });
  });
});

describe("a pod's claim", () => {
  const container = (name: string, count: string, sidecar = false): Container => ({
    name,
    image: "x",
    resources: { requests: { cpu: "1", "example.com/gpu": count } },
    ...(sidecar ? { restartPolicy: "Always" as const } : {}),
  });
  const gpus = (initContainers: readonly Container[], containers: readonly Container[]) => {
    const pod = testPod("p", { spec: { initContainers: [...initContainers], containers: [...containers] } });
    const { claim, mappings } = extendedClaim(pod, ["example.com/gpu"], () => deviceClass("gpu"));
    return {
      requests: (claim.spec.devices?.requests ?? []).map(({ name, exactly }) => `${name}: ${exactly?.count ?? 0}`),
      mappings: mappings.map(({ containerName, requestName }) => `${containerName}: ${requestName}`),
    };
  };

  it("has a request for each container that asks, named by its place and the resource's", () => {
    expect(gpus([], [container("a", "2"), { name: "none", image: "x" }, container("b", "1")])).toEqual({
      requests: ["container-0-request-1: 2", "container-2-request-1: 1"],
      mappings: ["a: container-0-request-1", "b: container-2-request-1"],
    });
  });

  it("lets containers that only prepare use the devices of later ones, and one request serve what they need beyond", () => {
    expect(
      gpus([container("prepare", "4"), container("more", "5"), container("side", "1", true)], [container("a", "2")]),
    ).toEqual({
      requests: ["container-1-request-1: 2", "container-2-request-1: 1", "container-3-request-1: 2"],
      mappings: [
        "side: container-2-request-1",
        "a: container-3-request-1",
        "prepare: container-2-request-1",
        "prepare: container-3-request-1",
        "prepare: container-1-request-1",
        "more: container-2-request-1",
        "more: container-3-request-1",
        "more: container-1-request-1",
      ],
    });
  });

  it("asks for no more where the devices of later ones suffice", () => {
    expect(gpus([container("prepare", "1")], [container("a", "2")])).toEqual({
      requests: ["container-1-request-1: 2"],
      mappings: ["a: container-1-request-1", "prepare: container-1-request-1"],
    });
  });
});
