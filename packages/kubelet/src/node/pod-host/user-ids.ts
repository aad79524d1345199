import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "@skates/apimachinery";
import { hasCode, OperatingError } from "@skates/component-base";
import type { IdRange } from "../../runtime.ts";
import { writeDurably } from "../write-durably.ts";

/** Upstream's file in the directory of a pod: either kubelet understands what the other has left. */
const FILE = "userns";

/** The ids that are noted for a pod; undefined: none are. Throws `UserNamespaceUnavailable` in upstream's words. */
export async function readUserIds(podDirectory: string): Promise<IdRange | undefined> {
  let text: string;
  try {
    text = await readFile(join(podDirectory, FILE), "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  return rangeFrom(text);
}

/** Notes them, so that they are there after a loss of power too. */
export async function writeUserIds(podDirectory: string, { first, length }: IdRange): Promise<void> {
  const mappings = [{ hostId: first, containerId: 0, length }];
  const text = JSON.stringify({ uidMappings: mappings, gidMappings: mappings });
  await writeDurably(join(podDirectory, FILE), text);
}

function rangeFrom(text: string): IdRange {
  const { uidMappings, gidMappings } = parsed(text);
  if (!Array.isArray(uidMappings) || uidMappings.length !== 1) {
    throw invalid("configuration: no more than one mapping allowed.");
  }
  if (JSON.stringify(uidMappings) !== JSON.stringify(gidMappings)) {
    throw invalid("configuration: GID and UID mapping should be identical");
  }
  const [only]: readonly unknown[] = uidMappings;
  if (!isRecord(only) || only["containerId"] !== 0) throw invalid("configuration: UID 0 must be mapped");
  const { hostId, length } = only;
  if (typeof hostId !== "number" || typeof length !== "number") throw invalid("mappings file");
  return { first: hostId, length };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // said below
  }
  throw invalid("mappings file");
}

function invalid(what: string): OperatingError {
  return new OperatingError("UserNamespaceUnavailable", `invalid user namespace ${what}`);
}
