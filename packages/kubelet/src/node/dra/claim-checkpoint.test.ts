// The file that tells which devices are prepared: what is written is read again, upstream's is understood, a damaged one is told.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClaimInfo } from "../../dra/claim-info.ts";
import { readClaims, writeClaims } from "./claim-checkpoint.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dra-"));
  file = join(dir, "dra_manager_state");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const claims: readonly ClaimInfo[] = [
  {
    namespace: "ns",
    name: "one",
    uid: "c1",
    pods: ["u1", "u2"],
    drivers: new Map([
      ["a.test", [{ poolName: "n", deviceName: "d", requestNames: ["x"], cdiDeviceIds: ["a=0"], shareId: "s" }]],
      ["b.test", []],
    ]),
  },
];

test("what is written is read again, and a file that is not there has nothing", async () => {
  expect(await readClaims(file)).toEqual([]);
  await writeClaims(file, claims);
  expect(await readClaims(file)).toEqual(claims);
});

test("the file is upstream's, and upstream's is understood", async () => {
  await writeClaims(file, claims);
  const { Data: data, Checksum: checksum } = JSON.parse(readFileSync(file, "utf8"));
  const device = { PoolName: "n", DeviceName: "d", ShareID: "s", RequestNames: ["x"], CDIDeviceIDs: ["a=0"] };
  const entry = {
    ClaimUID: "c1",
    ClaimName: "one",
    Namespace: "ns",
    PodUIDs: { u1: {}, u2: {} },
    DriverState: { "a.test": { Devices: [device] }, "b.test": { Devices: [] } },
  };
  expect([checksum, JSON.parse(data)]).toEqual([
    crc32(data),
    { kind: "DRACheckpoint", apiVersion: "checkpoint.dra.kubelet.k8s.io/v1", ClaimInfoStateList: [entry] },
  ]);
  // As Go writes what is empty.
  const bare = { ...entry, DriverState: { "a.test": { Devices: null } } };
  const text = JSON.stringify({ kind: "DRACheckpoint", ClaimInfoStateList: [bare] });
  writeFileSync(file, JSON.stringify({ Data: text, Checksum: crc32(text) }));
  expect(await readClaims(file)).toEqual([{ ...claims[0], drivers: new Map([["a.test", []]]) }]);
  const empty = JSON.stringify({ kind: "DRACheckpoint", ClaimInfoStateList: null });
  writeFileSync(file, JSON.stringify({ Data: empty, Checksum: crc32(empty) }));
  expect(await readClaims(file)).toEqual([]);
});

test.each([
  ["no JSON", "{"],
  ["another sum", JSON.stringify({ Data: "{}", Checksum: 1 })],
  ["no data", JSON.stringify({ Checksum: 0 })],
  ["a claim without a name", summed(JSON.stringify({ ClaimInfoStateList: [{ ClaimUID: "c1" }] }))],
])("a file with %s is told", async (_, text) => {
  writeFileSync(file, text);
  await expect(readClaims(file)).rejects.toMatchObject({
    code: "DeviceCheckpointInvalid",
    message: `${file} does not say which devices are prepared: drain the node, and remove the file`,
  });
});

function summed(data: string): string {
  return JSON.stringify({ Data: data, Checksum: crc32(data) });
}
