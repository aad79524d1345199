import type { ApiObject, ObjectKey, OwnerReference, Resource } from "@skates/apimachinery";
import { keyOf } from "@skates/apimachinery";

export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/** An object as far as ownership is concerned. */
export interface GraphNode {
  readonly uid: string;
  readonly resource: Resource;
  readonly key: ObjectKey;
  readonly owners: readonly OwnerReference[];
  /** What its deletion waits for: its dependents to be gone, or to be let go; undefined: it is not being deleted, or waits for neither. */
  readonly deleting: "foreground" | "orphan" | "other" | undefined;
}

/** What an object says of its ownership. */
export function nodeOf(resource: Resource, object: ApiObject): GraphNode {
  const { uid = "", ownerReferences = [], deletionTimestamp, finalizers = [] } = object.metadata;
  const waits = finalizers.includes(ORPHAN) ? "orphan" : finalizers.includes(FOREGROUND) ? "foreground" : "other";
  return {
    uid,
    resource,
    key: keyOf(object),
    owners: ownerReferences,
    deleting: deletionTimestamp === undefined ? undefined : waits,
  };
}

/** Who owns whom among all objects that were seen. Owners need not have been. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** Objects that name `uid` among their owners. */
  dependents(uid: string): readonly GraphNode[] {
    const out: GraphNode[] = [];
    for (const dependent of this.#dependents.get(uid) ?? []) {
      const node = this.#nodes.get(dependent);
      if (node !== undefined) out.push(node);
    }
    return out;
  }

  nodes(): Iterable<GraphNode> {
    return this.#nodes.values();
  }

  set(node: GraphNode): GraphNode | undefined {
    const old = this.#nodes.get(node.uid);
    this.#nodes.set(node.uid, node);
    if (old?.owners === node.owners) return old;
    if (old !== undefined) this.#unlink(old);
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      if (dependents === undefined) this.#dependents.set(uid, new Set([node.uid]));
      else dependents.add(node.uid);
    }
    return old;
  }

  delete(uid: string): void {
    const old = this.#nodes.get(uid);
    if (old === undefined) return;
    this.#nodes.delete(uid);
    this.#unlink(old);
  }

  #unlink(node: GraphNode): void {
    for (const { uid } of node.owners) {
      const dependents = this.#dependents.get(uid);
      dependents?.delete(node.uid);
      if (dependents?.size === 0) this.#dependents.delete(uid);
    }
  }
}
