import { type Node, nodes } from "@skates/api/core/v1";
import { type CSIDriver, csiDrivers, type CSINode, type CSINodeDriver, csiNodes } from "@skates/api/storage/v1";
import { isStatus } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import {
  type DriverOnNode,
  emptyCsiNode,
  type MetadataPatch,
  nodeWithDriver,
  nodeWithoutDriver,
  withDriver,
  withoutDriver,
} from "./node-records.ts";

const TRIES_MAX = 5;
/** The API takes no less. */
const RENEWAL_SECONDS_MIN = 10;

/** What the API knows of the drivers of this node: its CSINode, and labels and an annotation of the node. */
export class DriverRecords {
  readonly #client: Client;
  readonly #nodeName: string;
  constructor(client: Client, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  /** Makes the CSINode where there is none. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#csiNode(signal);
  }

  async add(driver: DriverOnNode, signal: AbortSignal): Promise<void> {
    await this.#editNode((node) => nodeWithDriver(node, driver), signal);
    await this.#editDrivers((drivers) => withDriver(drivers, driver), signal);
  }

  /** How often the driver wants to be asked again how many volumes the node takes; undefined: never. */
  async renewalMs(name: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const { spec } = await this.#client.resource<CSIDriver>(csiDrivers).get({ name }, {}, signal);
      const seconds = spec.nodeAllocatableUpdatePeriodSeconds;
      return seconds === undefined ? undefined : Math.max(RENEWAL_SECONDS_MIN, Number(seconds)) * 1000;
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#editDrivers((drivers) => withoutDriver(drivers, name), signal);
    await this.#editNode((node) => nodeWithoutDriver(node, name), signal);
  }

  #editNode(change: (node: Node) => MetadataPatch | undefined, signal: AbortSignal): Promise<void> {
    const api = this.#client.resource<Node>(nodes);
    const key = { name: this.#nodeName };
    return retryConflicts(async () => {
      const node = await api.get(key, {}, signal);
      const patch = change(node);
      if (patch === undefined) return;
      const { resourceVersion } = node.metadata;
      const body = { metadata: { ...patch, resourceVersion } };
      await api.patch(key, { type: "merge", body }, {}, signal);
    });
  }

  #editDrivers(
    change: (drivers: readonly CSINodeDriver[]) => readonly CSINodeDriver[],
    signal: AbortSignal,
  ): Promise<void> {
    return retryConflicts(async () => {
      const found = await this.#csiNode(signal);
      const drivers = change(found.spec.drivers);
      if (drivers === found.spec.drivers) return;
      await this.#client.resource<CSINode>(csiNodes).update({ ...found, spec: { drivers } }, {}, signal);
    });
  }

  async #csiNode(signal: AbortSignal): Promise<CSINode> {
    const api = this.#client.resource<CSINode>(csiNodes);
    try {
      return await api.get({ name: this.#nodeName }, {}, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
    const node = await this.#client.resource<Node>(nodes).get({ name: this.#nodeName }, {}, signal);
    return await api.create(emptyCsiNode(node), {}, signal);
  }
}

async function retryConflicts(edit: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await edit();
      return;
    } catch (error) {
      const again = isStatus(error, "Conflict") || isStatus(error, "AlreadyExists");
      if (!again || tries === TRIES_MAX) throw error;
    }
  }
}
