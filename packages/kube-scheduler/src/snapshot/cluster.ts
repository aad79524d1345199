import { equalValues } from "@skates/apimachinery";
import type { Node } from "@skates/api/core/v1";
import { type ImageCounts, ImageIndex } from "./image-index.ts";
import { NodeAmounts } from "./node-amounts.ts";
import { type NodeInfo, NodeState } from "./node-info.ts";
import { PodTables } from "./pod-tables.ts";
import { countsAlike, type PodInfo } from "./pod-info.ts";

/** What a scheduling cycle sees. Nothing in it changes while a cycle runs, for a cycle does not wait. */
export interface Snapshot {
  /** By slot; `undefined` where no node stands. */
  readonly nodes: readonly (NodeInfo | undefined)[];
  readonly nodeCount: number;
  /** Rises when the number of nodes changes. */
  readonly nodeCountStamp: number;
  readonly images: ImageCounts;
  readonly amounts: NodeAmounts;
  node(name: string): NodeInfo | undefined;
  /** Rises with each change of a node, of its pods, or of which node is in a slot. */
  readonly now: number;
  /** Calls `visit` once for each slot that changed after `seen`, a former `now`; -1: for all. */
  changedSince(seen: number, visit: (slot: number) => void): void;
  /** About the pods of all nodes together. */
  readonly tables: PodTables;
  /** Pods that are to come to a node once others have left it. */
  nominatedOn(nodeName: string): readonly PodInfo[];
  /** The node that a pod is to come to. */
  nominationOf(uid: string): string | undefined;
  readonly nominationCount: number;
  /** Of namespaces that are not known there are no labels. */
  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined;
  /** Rises when labels of namespaces change. */
  readonly namespaceStamp: number;
}

/** So many changes are told one by one; who missed more looks at all nodes. */
const JOURNAL = 4096;

/** Nodes and the pods on them, from informers, and pods that are assumed to be bound soon. */
export class Cluster implements Snapshot {
  readonly images = new ImageIndex();
  readonly amounts = new NodeAmounts();
  readonly tables = new PodTables(this);
  readonly #nominations = new Map<string, { readonly info: PodInfo; readonly nodeName: string }>();
  readonly #nominatedOn = new Map<string, Set<string>>();
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly #slots: (NodeState | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byName = new Map<string, NodeState>();
  /** Pods by uid with the node they count for. Their node may not be known (yet). */
  readonly #placed = new Map<string, { readonly info: PodInfo; readonly nodeName: string }>();
  readonly #ofUnknownNodes = new Map<string, Set<string>>();
  readonly #assumed = new Set<string>();
  /** By slot: when it changed last. */
  #changes = new Float64Array(64);
  /** Which slots changed last; the change `n` stands at `n % JOURNAL`. */
  readonly #journal = new Int32Array(JOURNAL);
  #now = 0;
  #nodeCountStamp = 0;
  #namespaceStamp = 0;

  get nodes(): readonly (NodeInfo | undefined)[] {
    return this.#slots;
  }
  get nodeCount(): number {
    return this.#byName.size;
  }
  get nodeCountStamp(): number {
    return this.#nodeCountStamp;
  }
  get now(): number {
    return this.#now;
  }

  nominatedOn(nodeName: string): readonly PodInfo[] {
    const uids = this.#nominatedOn.get(nodeName);
    if (uids === undefined) return [];
    return [...uids].flatMap((uid) => this.#nominations.get(uid)?.info ?? []);
  }

  nominationOf(uid: string): string | undefined {
    return this.#nominations.get(uid)?.nodeName;
  }

  get nominationCount(): number {
    return this.#nominations.size;
  }

  /** Notes that a node is being cleared for a pod; undefined: no longer. */
  nominate(info: PodInfo, nodeName: string | undefined): void {
    this.#denominate(info.uid);
    if (nodeName === undefined || nodeName === "") return;
    this.#nominations.set(info.uid, { info, nodeName });
    const uids = this.#nominatedOn.get(nodeName);
    if (uids === undefined) this.#nominatedOn.set(nodeName, new Set([info.uid]));
    else uids.add(info.uid);
    this.#touchNamed(nodeName);
  }

  #denominate(uid: string): void {
    const nomination = this.#nominations.get(uid);
    if (nomination === undefined) return;
    this.#nominations.delete(uid);
    const uids = this.#nominatedOn.get(nomination.nodeName);
    uids?.delete(uid);
    if (uids?.size === 0) this.#nominatedOn.delete(nomination.nodeName);
    this.#touchNamed(nomination.nodeName);
  }

  #touchNamed(nodeName: string): void {
    const state = this.#byName.get(nodeName);
    if (state !== undefined) this.#touch(state.slot);
  }

  get namespaceStamp(): number {
    return this.#namespaceStamp;
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    return this.#namespaces.get(name);
  }

  /** Undefined: the namespace is gone. */
  setNamespace(name: string, labels: Readonly<Record<string, string>> | undefined): void {
    if (labels === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, labels);
    this.#namespaceStamp++;
  }

  node(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }

  changedSince(seen: number, visit: (slot: number) => void): void {
    if (seen < 0 || this.#now - seen >= JOURNAL) {
      for (let slot = 0; slot < this.#slots.length; slot++) if ((this.#changes[slot] ?? 0) > seen) visit(slot);
      return;
    }
    for (let at = seen + 1; at <= this.#now; at++) {
      const slot = this.#journal[at % JOURNAL] ?? 0;
      if (this.#changes[slot] === at) visit(slot);
    }
  }

  /** Adds a node or replaces what is known of it. */
  setNode(node: Node): void {
    const state = this.#byName.get(node.metadata.name);
    if (state === undefined) return this.#addNode(node);
    const before = state.node.status?.images;
    const same = before === node.status?.images || equalValues(before, node.status?.images);
    if (!same) for (const image of state.images.keys()) this.images.remove(image);
    state.update(node);
    if (!same) for (const image of state.images.keys()) this.images.add(image);
    this.#touch(state.slot);
  }

  removeNode(name: string): void {
    const state = this.#byName.get(name);
    if (state === undefined) return;
    for (const pod of state.pods.values()) {
      this.#takeOff(state, pod);
      this.#orphan(name, pod.uid);
    }
    for (const image of state.images.keys()) this.images.remove(image);
    this.#byName.delete(name);
    this.#slots[state.slot] = undefined;
    this.#free.push(state.slot);
    this.#touch(state.slot);
    this.#nodeCountStamp = this.#now;
  }

  /** A pod that the API shows on a node: no longer assumed, whatever was assumed. */
  setPod(info: PodInfo, nodeName: string): void {
    this.#assumed.delete(info.uid);
    this.#place(info, nodeName);
  }

  /** Takes a pod out, assumed or not. */
  removePod(uid: string): void {
    this.#denominate(uid);
    this.#assumed.delete(uid);
    this.#displace(uid);
  }

  /** Counts a pod for a node before the API shows it there. */
  assume(info: PodInfo, nodeName: string): void {
    this.#place(info, nodeName);
    this.#assumed.add(info.uid);
  }

  /** The pod will not be bound after all. Does nothing if the API has meanwhile shown it on a node. */
  forget(uid: string): void {
    if (this.#assumed.delete(uid)) this.#displace(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid);
  }

  get assumedCount(): number {
    return this.#assumed.size;
  }

  /** The pod as it counts for a node. */
  placed(uid: string): PodInfo | undefined {
    return this.#placed.get(uid)?.info;
  }

  #addNode(node: Node): void {
    const slot = this.#free.pop() ?? this.#slots.length;
    const state = new NodeState(slot, node);
    this.#slots[slot] = state;
    this.#byName.set(state.name, state);
    if (slot >= this.#changes.length) {
      const larger = new Float64Array(this.#changes.length * 2);
      larger.set(this.#changes);
      this.#changes = larger;
    }
    this.#touch(slot);
    this.#nodeCountStamp = this.#now;
    for (const image of state.images.keys()) this.images.add(image);
    const waiting = this.#ofUnknownNodes.get(state.name) ?? [];
    this.#ofUnknownNodes.delete(state.name);
    for (const uid of waiting) {
      const placed = this.#placed.get(uid);
      if (placed !== undefined) this.#putOn(state, placed.info);
    }
  }

  #place(info: PodInfo, nodeName: string): void {
    this.#denominate(info.uid);
    const old = this.#placed.get(info.uid);
    if (old?.nodeName === nodeName && countsAlike(old.info, info)) return this.#refresh(info, nodeName);
    this.#displace(info.uid);
    this.#placed.set(info.uid, { info, nodeName });
    const state = this.#byName.get(nodeName);
    if (state === undefined) this.#orphan(nodeName, info.uid);
    else this.#putOn(state, info);
  }

  /** A newer copy of a pod that takes and says what it took and said before: no node has changed for it. */
  #refresh(info: PodInfo, nodeName: string): void {
    this.#placed.set(info.uid, { info, nodeName });
    this.#byName.get(nodeName)?.refresh(info);
  }

  #displace(uid: string): void {
    const placed = this.#placed.get(uid);
    if (placed === undefined) return;
    this.#placed.delete(uid);
    const state = this.#byName.get(placed.nodeName);
    if (state !== undefined) return this.#takeOff(state, placed.info);
    const waiting = this.#ofUnknownNodes.get(placed.nodeName);
    waiting?.delete(uid);
    if (waiting?.size === 0) this.#ofUnknownNodes.delete(placed.nodeName);
  }

  #orphan(nodeName: string, uid: string): void {
    const waiting = this.#ofUnknownNodes.get(nodeName);
    if (waiting === undefined) this.#ofUnknownNodes.set(nodeName, new Set([uid]));
    else waiting.add(uid);
  }

  #putOn(state: NodeState, info: PodInfo): void {
    state.add(info);
    this.#touch(state.slot);
  }

  #takeOff(state: NodeState, info: PodInfo): void {
    state.remove(info.uid);
    this.#touch(state.slot);
  }

  #touch(slot: number): void {
    this.#changes[slot] = ++this.#now;
    this.#journal[this.#now % JOURNAL] = slot;
    this.amounts.set(slot, this.#slots[slot]);
  }
}
