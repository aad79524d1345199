import { type HostPort, HostPortTable, type Node } from "@skates/api/core/v1";
import type { PodInfo } from "./pod-info.ts";
import { type Resources, ResourceSum, toResources, valueOf } from "./resources.ts";

/** A node with what its pods take of it. Does not change within a scheduling cycle. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  /** Where the node stands in tables; given to another once the node is gone. */
  readonly slot: number;
  readonly allocatable: Resources;
  readonly allocatablePods: number;
  readonly requested: Resources;
  /** The sum of what its pods count for in scores. */
  readonly scored: Resources;
  /** By uid: pods that run, are bound, or are about to be. */
  readonly pods: ReadonlyMap<string, PodInfo>;
  /** Those of them that say something about other pods. */
  readonly podsWithTerms: ReadonlyMap<string, PodInfo>;
  /** Image names of the node to their size in bytes. */
  readonly images: ReadonlyMap<string, number>;
  portTaken(port: HostPort): boolean;
}

/** The node's state, kept up to date. Others see it as `NodeInfo`. */
export class NodeState implements NodeInfo {
  readonly slot: number;
  node: Node;
  allocatable: Resources;
  allocatablePods: number;
  images: ReadonlyMap<string, number>;
  readonly requested = new ResourceSum();
  readonly scored = new ResourceSum();
  readonly pods = new Map<string, PodInfo>();
  readonly podsWithTerms = new Map<string, PodInfo>();
  readonly #ports = new HostPortTable();

  /** `like`: a node of which what was read from `node` can be taken over. */
  constructor(slot: number, node: Node, like?: NodeInfo) {
    this.slot = slot;
    this.node = node;
    this.allocatable = like?.allocatable ?? toResources(undefined);
    this.allocatablePods = like?.allocatablePods ?? 0;
    this.images = like?.images ?? new Map();
    if (like === undefined) this.update(node);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  update(node: Node): void {
    const status = node.status;
    this.node = node;
    this.allocatable = toResources(status?.allocatable);
    this.allocatablePods = valueOf(status?.allocatable?.["pods"] ?? "0");
    const images = new Map<string, number>();
    for (const { names, sizeBytes } of status?.images ?? []) {
      for (const name of names ?? []) images.set(name, Number(sizeBytes ?? 0));
    }
    this.images = images;
  }

  add(pod: PodInfo): void {
    this.remove(pod.uid);
    this.refresh(pod);
    this.#count(pod, 1);
    for (const port of pod.ports) this.#ports.add(port);
  }

  remove(uid: string): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) return;
    this.pods.delete(uid);
    this.podsWithTerms.delete(uid);
    this.#count(pod, -1);
    for (const port of pod.ports) this.#ports.remove(port);
  }

  /** A newer copy of a pod that counts as before. */
  refresh(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    if (pod.terms !== undefined) this.podsWithTerms.set(pod.uid, pod);
  }

  portTaken(port: HostPort): boolean {
    return this.#ports.conflicts(port);
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.requested.add(pod.requests, sign);
    this.scored.add(pod.scored, sign);
  }
}

/** What the node would be with other pods: for trying out, the node itself stays as it is. */
export function nodeWithPods(info: NodeInfo, pods: Iterable<PodInfo>): NodeState {
  const state = new NodeState(info.slot, info.node, info);
  for (const pod of pods) state.add(pod);
  return state;
}
