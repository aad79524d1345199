import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { PreparedDevice } from "@skates/api/dra/v1";
import { isRecord } from "@skates/apimachinery";
import { hasCode, OperatingError } from "@skates/component-base";
import type { ClaimInfo } from "../../dra/claim-info.ts";
import { writeDurably } from "../write-durably.ts";

const API_VERSION = "checkpoint.dra.kubelet.k8s.io/v1";

/**
 * The claims that are noted in a file, in upstream's format: either kubelet understands what the other has left. None when there is no
 * file. Throws `DeviceCheckpointInvalid` for what nobody can have written.
 */
export async function readClaims(path: string): Promise<readonly ClaimInfo[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
  const claims = claimsFrom(text);
  if (claims !== undefined) return claims;
  const message = `${path} does not say which devices are prepared: drain the node, and remove the file`;
  throw new OperatingError("DeviceCheckpointInvalid", message);
}

export async function writeClaims(path: string, claims: readonly ClaimInfo[]): Promise<void> {
  const list = claims.map(({ namespace, name, uid, pods, drivers }) => ({
    ClaimUID: uid,
    ClaimName: name,
    Namespace: namespace,
    PodUIDs: Object.fromEntries(pods.map((pod) => [pod, {}])),
    DriverState: Object.fromEntries(
      [...drivers].map(([driver, devices]) => [driver, { Devices: devices.map(toJson) }]),
    ),
  }));
  const data = JSON.stringify({ kind: "DRACheckpoint", apiVersion: API_VERSION, ClaimInfoStateList: list });
  await writeDurably(path, JSON.stringify({ Data: data, Checksum: crc32(data) }));
}

function toJson({ poolName, deviceName, shareId, requestNames, cdiDeviceIds }: PreparedDevice): object {
  return {
    PoolName: poolName ?? "",
    DeviceName: deviceName ?? "",
    ShareID: shareId ?? null,
    RequestNames: requestNames ?? null,
    CDIDeviceIDs: cdiDeviceIds ?? null,
  };
}

function claimsFrom(text: string): readonly ClaimInfo[] | undefined {
  const outer = recordFrom(text);
  const data = outer?.["Data"];
  if (typeof data !== "string" || outer?.["Checksum"] !== crc32(data)) return undefined;
  const list = recordFrom(data)?.["ClaimInfoStateList"] ?? [];
  if (!Array.isArray(list)) return undefined;
  const claims = list.map((entry: unknown) => claimFrom(entry));
  return claims.every((claim) => claim !== undefined) ? claims : undefined;
}

function claimFrom(entry: unknown): ClaimInfo | undefined {
  if (!isRecord(entry)) return undefined;
  const { ClaimUID: uid, ClaimName: name, Namespace: namespace, PodUIDs: pods, DriverState: state } = entry;
  if (typeof uid !== "string" || typeof name !== "string" || typeof namespace !== "string") return undefined;
  const drivers = new Map<string, readonly PreparedDevice[]>();
  for (const [driver, known] of Object.entries(isRecord(state) ? state : {})) {
    const devices = isRecord(known) && Array.isArray(known["Devices"]) ? known["Devices"] : [];
    drivers.set(driver, devices.filter(isRecord).map(fromJson));
  }
  return { namespace, name, uid, pods: Object.keys(isRecord(pods) ? pods : {}), drivers };
}

function fromJson(device: Readonly<Record<string, unknown>>): PreparedDevice {
  const { PoolName, DeviceName, ShareID, RequestNames, CDIDeviceIDs } = device;
  return {
    poolName: textOf(PoolName),
    deviceName: textOf(DeviceName),
    shareId: textOf(ShareID),
    requestNames: textsOf(RequestNames),
    cdiDeviceIds: textsOf(CDIDeviceIDs),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

function recordFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // the caller says what that means
  }
}
