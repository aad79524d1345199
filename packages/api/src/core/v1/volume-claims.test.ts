// Claims and volumes: what they are filled from, and what of them may change.
import { describe, expect, test } from "vitest";
import { createFindings, updateFindings } from "../../testing.ts";
import { persistentVolumeClaims } from "./persistent-volume-claim.ts";
import { persistentVolumes } from "./persistent-volume.ts";

const claim = (spec: object = {}, status: object = {}): object => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } }, ...spec },
  status,
});
const snapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" };

describe("sources of claims", () => {
  test.each([
    [{ dataSource: snapshot }, []],
    [
      { dataSource: { kind: "Pod", name: "s" }, dataSourceRef: snapshot },
      [
        "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
        "spec: Invalid value: {}: must match dataSourceRef",
      ],
    ],
    [
      { dataSource: snapshot, dataSourceRef: { ...snapshot, namespace: "other" } },
      ["spec: Invalid value: {}: may not be specified when dataSourceRef.namespace is specified"],
    ],
    [
      { dataSource: { ...snapshot, apiGroup: "x.y" }, dataSourceRef: snapshot },
      ["spec: Invalid value: {}: must match dataSourceRef"],
    ],
  ])("%j", (spec, wanted) => {
    expect(createFindings(persistentVolumeClaims, claim(spec))).toEqual(wanted);
  });
});

describe("changes of claims", () => {
  const bound = { phase: "Bound", capacity: { storage: "1Gi" } };
  const sized = (storage: string): object => ({ resources: { requests: { storage } } });

  test("a wish that failed is taken back down to what there is, not below", () => {
    const to = (storage: string): readonly string[] =>
      updateFindings(persistentVolumeClaims, { from: claim({}, bound), to: claim(sized(storage), bound) });
    expect(to("1500Mi")).toEqual([]);
    expect(to("1Gi")).toEqual([
      "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity",
    ]);
  });

  test("a class of attributes that was applied does not go", () => {
    const status = { ...bound, currentVolumeAttributesClassName: "gold" };
    const from = claim({ volumeAttributesClassName: "gold" }, status);
    expect(updateFindings(persistentVolumeClaims, { from, to: claim({}, status) })).toEqual([
      "spec.volumeAttributesClassName: Forbidden: update to nil is forbidden when status.currentVolumeAttributesClassName is not nil",
    ]);
    const silver = claim({ volumeAttributesClassName: "silver" }, status);
    expect(updateFindings(persistentVolumeClaims, { from, to: silver })).toEqual([]);
  });
});

describe("volumes", () => {
  const csi = { driver: "d.example", volumeHandle: "h" };
  const volume = (spec: object): object => ({
    spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, ...spec },
  });

  test("have the nodes that they are on, and a driver if they have attributes", () => {
    expect(createFindings(persistentVolumes, volume({ local: { path: "/a/../b" }, nodeAffinity: {} }))).toEqual([
      "spec.local.path: Invalid value: \"/a/../b\": must not contain '..'",
      "spec.nodeAffinity.required: Required value: must specify required node constraints",
    ]);
    const recycled = (path: string): readonly string[] =>
      createFindings(persistentVolumes, volume({ hostPath: { path }, persistentVolumeReclaimPolicy: "Recycle" }));
    const root = "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'";
    for (const path of ["/", "//", "/./", "/.//."]) expect(recycled(path)).toEqual([root]);
    for (const path of [`${"/".repeat(100)}x`, "/.a", "."]) expect(recycled(path)).toEqual([]);
    const attributes = { hostPath: { path: "/a" }, volumeAttributesClassName: "" };
    expect(createFindings(persistentVolumes, volume(attributes))).toEqual([
      "spec.volumeAttributesClassName: Required value: an empty string is disallowed",
      "spec.csi: Required value: has to be specified when using volumeAttributesClassName",
    ]);
  });

  test("learn of the secret for growing later, once", () => {
    const secret = (name: string): object => ({
      csi: { ...csi, controllerExpandSecretRef: { name, namespace: "n" } },
    });
    const from = volume({ csi });
    expect(updateFindings(persistentVolumes, { from, to: volume(secret("a")) })).toEqual([]);
    expect(updateFindings(persistentVolumes, { from: volume(secret("a")), to: volume(secret("b")) })).toEqual([
      "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation",
    ]);
  });
});
