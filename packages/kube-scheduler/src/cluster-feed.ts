import { equalValues } from "@skates/apimachinery";
import { isPodTerminal, type Namespace, type Node, type Pod } from "@skates/api/core/v1";
import type { Delta } from "@skates/controller-runtime";
import type { NodeChange } from "./framework/cluster-event.ts";
import type { SchedulingQueue } from "./queue/scheduling-queue.ts";
import type { Cluster } from "./snapshot/cluster.ts";
import { countsAlike, type PodInfo, podInfoOf, updatedPodInfo } from "./snapshot/pod-info.ts";

export interface ClusterFeedOptions {
  readonly cluster: Cluster;
  readonly queue: SchedulingQueue;
  /** Whose pods are to be scheduled here. */
  readonly schedulerNames: ReadonlySet<string>;
}

/** Brings changes seen by informers into the cluster state and the queue. */
export class ClusterFeed {
  readonly #cluster: Cluster;
  readonly #queue: SchedulingQueue;
  readonly #schedulerNames: ReadonlySet<string>;

  constructor({ cluster, queue, schedulerNames }: ClusterFeedOptions) {
    this.#cluster = cluster;
    this.#queue = queue;
    this.#schedulerNames = schedulerNames;
  }

  node = (delta: Delta<Node>): void => {
    const node = delta.object;
    if (delta.type === "deleted") {
      this.#cluster.removeNode(node.metadata.name);
      return this.#queue.handle({ kind: "NodeDeleted", node });
    }
    this.#cluster.setNode(node);
    if (delta.type === "added") return this.#queue.handle({ kind: "NodeAdded", node });
    for (const kind of nodeChanges(delta.old, node)) this.#queue.handle({ kind, node, old: delta.old });
  };

  storage = (): void => this.#queue.handle({ kind: "VolumesChanged" });

  devices = (): void => this.#queue.handle({ kind: "DevicesChanged" });

  podGroups = (): void => this.#queue.handle({ kind: "PodGroupsChanged" });

  namespace = (delta: Delta<Namespace>): void => {
    const { name, labels } = delta.object.metadata;
    if (delta.type === "updated" && equalValues(delta.old.metadata.labels, labels)) return;
    this.#cluster.setNamespace(name, delta.type === "deleted" ? undefined : (labels ?? {}));
    if (delta.type !== "deleted") this.#queue.handle({ kind: "NamespaceChanged" });
  };

  pod = (delta: Delta<Pod>): void => {
    const pod = delta.object;
    const nodeName = pod.spec.nodeName ?? "";
    const gone = delta.type === "deleted" || isPodTerminal(pod);
    if (nodeName !== "") return this.#assigned(pod, nodeName, gone);
    if (gone) return this.#lost(pod);
    this.#pending(pod);
  };

  #assigned(pod: Pod, nodeName: string, gone: boolean): void {
    const uid = pod.metadata.uid ?? "";
    this.#queue.remove(uid);
    const old = this.#cluster.placed(uid);
    if (gone) {
      this.#cluster.removePod(uid);
      if (old !== undefined) this.#queue.handle({ kind: "AssignedPodDeleted", pod: { ...old, pod } });
      return;
    }
    const info = infoOf(pod, old);
    const assumed = this.#cluster.isAssumed(uid);
    this.#cluster.setPod(info, nodeName);
    if (old === undefined || assumed) return this.#queue.handle({ kind: "AssignedPodAdded", pod: info });
    if (!countsAlike(old, info)) this.#queue.handle({ kind: "AssignedPodUpdated", pod: info, old });
  }

  /** A pod that has ended or was deleted before it was bound; what was assumed for it becomes free. */
  #lost(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    this.#queue.remove(uid);
    const old = this.#cluster.placed(uid);
    this.#cluster.removePod(uid);
    if (old !== undefined) this.#queue.handle({ kind: "AssignedPodDeleted", pod: old });
  }

  #pending(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    if (!this.#schedulerNames.has(pod.spec.schedulerName ?? "")) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#queue.remove(uid);
      return this.#cluster.removePod(uid);
    }
    const known = this.#queue.get(uid)?.info;
    if (this.#cluster.isAssumed(uid)) {
      if (known !== undefined) this.#queue.set(infoOf(pod, known));
      return;
    }
    const info = infoOf(pod, known);
    // What we nominated ourselves stays until the API has shown it: copies from before do not speak of it.
    const before = known?.pod.status?.nominatedNodeName ?? "";
    const now = pod.status?.nominatedNodeName ?? "";
    if (before !== "" || now !== "") this.#cluster.nominate(info, now);
    this.#queue.set(info);
    if (known === undefined) this.#queue.handle({ kind: "PodAdded", pod: info });
  }
}

function infoOf(pod: Pod, known: PodInfo | undefined): PodInfo {
  return known === undefined ? podInfoOf(pod) : updatedPodInfo(known, pod);
}

/** What changed about a node that scheduling cares for. */
function nodeChanges(old: Node, node: Node): readonly NodeChange[] {
  const changes: NodeChange[] = [];
  if (!equalValues(old.status?.allocatable, node.status?.allocatable)) changes.push("NodeAllocatableChanged");
  if (!equalValues(old.metadata.labels, node.metadata.labels)) changes.push("NodeLabelsChanged");
  if (!equalValues(old.status?.declaredFeatures, node.status?.declaredFeatures)) changes.push("NodeFeaturesChanged");
  const cordoned = old.spec.unschedulable !== node.spec.unschedulable;
  if (cordoned || !equalValues(old.spec.taints, node.spec.taints)) changes.push("NodeTaintsChanged");
  return changes;
}
