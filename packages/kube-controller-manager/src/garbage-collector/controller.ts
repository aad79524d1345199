import { type ApiObject, isStatus, type OwnerReference, parseGroupVersion, type Resource } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf, TaskGroup } from "@skates/component-base";
import {
  createInformer,
  createWorkQueue,
  type Delta,
  type EventRecorder,
  type Informer,
  type Informers,
} from "@skates/controller-runtime";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { customKind } from "../custom-kinds.ts";
import { type Fate, verdictOn } from "./classify.ts";
import { FOREGROUND, type GraphNode, nodeOf, ORPHAN, OwnerGraph } from "./graph.ts";

export interface GarbageCollectorOptions {
  readonly client: Client;
  /** Those that exist are used; for other resources only what ownership needs is kept. */
  readonly informers: Informers;
  readonly env: Env;
  /** All that the server serves. */
  readonly resources: readonly Resource[];
  readonly recorder: EventRecorder;
}

const WORKERS = 5;
const PROBE_MS = 5000;
/** An owner may be seen later than what it owns: so long before one that is not known is asked for. */
const UNKNOWN_OWNER_MS = 500;
/** So many objects of kinds that are no more are remembered as gone. */
const ABSENT_MAX = 10_000;

/** Deletes objects whose owners are all gone, and carries out foreground and orphaning deletions. */
export function garbageCollector(options: GarbageCollectorOptions): Component {
  return new GarbageCollector(options);
}

class GarbageCollector implements Component {
  readonly name = "generic-garbage-collector";
  readonly #options: GarbageCollectorOptions;
  readonly #resources: readonly Resource[];
  readonly #graph = new OwnerGraph();
  readonly #custom = new Map<string, Resource>();
  /** Owners that went with their kind, so that nobody can be asked for them. */
  readonly #absent = new Set<string>();
  #ready = false;
  #enqueue: (uid: string, delayMs?: number) => void = () => undefined;

  constructor(options: GarbageCollectorOptions) {
    this.#options = options;
    this.#resources = collectable(options.resources);
  }

  ready(): boolean {
    return this.#ready;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { env } = this.#options;
    const queue = createWorkQueue<string>({ clock: env.clock, id: (uid) => uid }, signal);
    const group = new TaskGroup(signal);
    const endings: (() => void)[] = [];
    try {
      const served = await this.#served(signal);
      const informers = served.map((resource) => this.#informer(resource, group));
      for (const { resource, informer } of informers) {
        endings.push(informer.subscribe((delta) => this.#see(resource, delta)));
      }
      await Promise.all(informers.map(({ informer }) => informer.whenSynced(signal)));
      this.#enqueue = (uid, delayMs) => queue.add(uid, { delayMs });
      for (const node of this.#graph.nodes()) this.#consider(node);
      this.#ready = true;
      if (served.includes(customResourceDefinitions)) endings.push(await this.#followDefinitions(group, signal));
      for (let i = 0; i < WORKERS; i++) {
        group.spawn(async (inner) => {
          while (!inner.aborted) {
            const uid = await queue.take(inner);
            queue.done(uid, (await this.#process(uid, inner)) ? "ok" : "retry");
          }
        });
      }
      await group.join();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      for (const end of endings) end();
      this.#ready = false;
    }
  }

  /** Without those that the server does not know: they would never be listed, and everything would wait for them. */
  async #served(signal: AbortSignal): Promise<readonly Resource[]> {
    const { client, env } = this.#options;
    const known = await Promise.all(
      this.#resources.map(async (resource) => {
        for (;;) {
          try {
            await client.resource<ApiObject>(resource).list({ limit: 1, resourceVersion: "0" }, signal);
            return true;
          } catch (error) {
            signal.throwIfAborted();
            if (isStatus(error, "NotFound")) return false;
            env.log.warn("a resource cannot be listed yet", { resource: resource.plural, cause: messageOf(error) });
            await env.clock.sleep(PROBE_MS, signal);
          }
        }
      }),
    );
    return this.#resources.filter((_, i) => known[i] === true);
  }

  #informer(
    resource: Resource,
    group: TaskGroup,
  ): { readonly resource: Resource; readonly informer: Informer<ApiObject> } {
    const { client, informers, env } = this.#options;
    const shared = informers.existing(resource);
    if (shared !== undefined) return { resource, informer: shared };
    const informer = createInformer(client.resource<ApiObject>(resource), resource, { env, keep: ownershipOf });
    group.spawn((signal) => informer.run(signal));
    return { resource, informer };
  }

  /** Custom kinds are watched from when their definition is established until it is gone. */
  async #followDefinitions(group: TaskGroup, signal: AbortSignal): Promise<() => void> {
    const { client, env } = this.#options;
    const watched = new Map<string, { readonly resource: Resource; readonly ending: AbortController }>();
    const stop = (uid: string): void => {
      const known = watched.get(uid);
      if (known === undefined) return;
      watched.delete(uid);
      this.#custom.delete(uid);
      known.ending.abort(new Error("the definition is gone"));
    };
    const informer = createInformer(client.resource(customResourceDefinitions), customResourceDefinitions, { env });
    const end = informer.subscribe(({ type, object }) => {
      const { uid = "" } = object.metadata;
      const resource = type === "deleted" ? undefined : customKind(object);
      const known = watched.get(uid)?.resource;
      if (known !== undefined && known.version === resource?.version) return;
      stop(uid);
      if (known !== undefined && type === "deleted") this.#lose(known);
      if (resource === undefined) return;
      const ending = new AbortController();
      watched.set(uid, { resource, ending });
      this.#custom.set(uid, resource);
      const objects = createInformer(client.resource<ApiObject>(resource), resource, { env, keep: ownershipOf });
      objects.subscribe((delta) => this.#see(resource, delta));
      group.spawn((inner) => objects.run(AbortSignal.any([inner, ending.signal])));
    });
    group.spawn((inner) => informer.run(inner));
    await informer.whenSynced(signal);
    return end;
  }

  /** The definition went after its objects, though their watch may have ended before it said so. */
  #lose(resource: Resource): void {
    for (const node of this.#graph.nodes()) {
      if (node.resource !== resource) continue;
      const dependents = this.#graph.dependents(node.uid);
      if (dependents.length > 0 && this.#absent.size < ABSENT_MAX) this.#absent.add(node.uid);
      this.#forget(node);
    }
  }

  #forget(node: GraphNode): void {
    const dependents = this.#graph.dependents(node.uid);
    this.#graph.delete(node.uid);
    for (const dependent of dependents) this.#enqueue(dependent.uid);
    this.#wakeOwners(node.owners);
  }

  /** Keeps the graph, and looks again at whom a change concerns. */
  #see(resource: Resource, delta: Delta<ApiObject>): void {
    const node = nodeOf(resource, delta.object);
    if (delta.type === "deleted") return this.#forget(node);
    const old = this.#graph.set(node);
    if (old !== undefined) this.#wakeOwners(old.owners);
    this.#consider(node);
  }

  /** Owners that wait for their dependents look at them again. */
  #wakeOwners(owners: readonly OwnerReference[]): void {
    for (const { uid } of owners) if (this.#graph.get(uid)?.deleting === "foreground") this.#enqueue(uid);
  }

  #consider(node: GraphNode): void {
    if (node.deleting === "foreground" || node.deleting === "orphan") {
      this.#enqueue(node.uid);
      return;
    }
    if (node.deleting !== undefined) return;
    for (const { uid } of node.owners) {
      const owner = this.#graph.get(uid);
      if (owner === undefined) this.#enqueue(node.uid, UNKNOWN_OWNER_MS);
      else if (owner.deleting === "foreground" || !reaches(owner, node.key.namespace)) this.#enqueue(node.uid);
    }
  }

  /** False: it has to be tried again. */
  async #process(uid: string, signal: AbortSignal): Promise<boolean> {
    const node = this.#graph.get(uid);
    if (node === undefined) return true;
    try {
      if (node.deleting === "orphan") await this.#orphanDependents(node, signal);
      else if (node.deleting === "foreground") await this.#awaitDependents(node, signal);
      else if (node.deleting === undefined && node.owners.length > 0) return await this.#judge(node, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, "NotFound")) return true; // gone meanwhile
      if (!isStatus(error, "Conflict")) {
        const pairs = { resource: node.resource.plural, name: node.key.name, cause: messageOf(error) };
        this.#options.env.log.info("an object could not be collected yet", pairs);
      }
      return false;
    }
  }

  /** False: nothing can be said of an owner yet. */
  async #judge(node: GraphNode, signal: AbortSignal): Promise<boolean> {
    const live = await this.#live(node, signal);
    if (live === undefined || live.metadata.deletionTimestamp !== undefined) return true;
    const { ownerReferences = [], finalizers = [], uid, resourceVersion } = live.metadata;
    // Its kind may become known yet; till then the object stays, whatever else owns it.
    const strange = ownerReferences.some((owner) => this.#isStrange(owner));
    if (strange) return false;
    const owners: { readonly owner: OwnerReference; readonly fate: Fate }[] = [];
    for (const owner of ownerReferences) owners.push({ owner, fate: await this.#fate(owner, live, signal) });
    const dependents = this.#graph.dependents(node.uid);
    const verdict = verdictOn(owners, { finalizers, hasDependents: dependents.length > 0 });
    if (verdict.do === "keep") return true;
    if (verdict.do === "forget") {
      const left = ownerReferences.filter((owner) => !verdict.uids.includes(owner.uid));
      await this.#patch(node, { resourceVersion, uid, ownerReferences: left }, signal);
      return true;
    }
    // What it owns may wait for it in turn: such a circle is cut by its not holding up its owners any more.
    const circle = verdict.policy === "Foreground" && dependents.some(({ deleting }) => deleting === "foreground");
    if (circle) {
      const unblocked = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
      await this.#patch(node, { resourceVersion, uid, ownerReferences: unblocked }, signal);
    }
    const preconditions = circle ? { uid } : { uid, resourceVersion };
    await this.#typed(node).delete(node.key, { propagationPolicy: verdict.policy, preconditions }, signal);
    return true;
  }

  #isStrange(owner: OwnerReference): boolean {
    if (this.#graph.get(owner.uid) !== undefined || this.#absent.has(owner.uid)) return false;
    return this.#resourceOf(owner) === undefined;
  }

  async #fate(owner: OwnerReference, dependent: ApiObject, signal: AbortSignal): Promise<Fate> {
    const { namespace } = dependent.metadata;
    const known = this.#graph.get(owner.uid);
    if (known !== undefined) {
      if (reaches(known, namespace)) return known.deleting === "foreground" ? "waiting" : "solid";
      this.#tellUnreachable(owner, dependent);
      // Whoever has no namespace cannot be owned by what has one; that it is so does not condemn it.
      return namespace === undefined ? "unknown" : "dangling";
    }
    const resource = this.#absent.has(owner.uid) ? undefined : this.#resourceOf(owner);
    if (resource === undefined) return "dangling";
    if (resource.namespaced && namespace === undefined) return "unknown";
    const key = { namespace: resource.namespaced ? namespace : undefined, name: owner.name };
    try {
      const object = await this.#options.client.resource<ApiObject>(resource).get(key, {}, signal);
      if (object.metadata.uid !== owner.uid) return "dangling";
      return nodeOf(resource, object).deleting === "foreground" ? "waiting" : "solid";
    } catch (error) {
      if (isStatus(error, "NotFound")) return "dangling";
      throw error;
    }
  }

  #tellUnreachable({ apiVersion, kind, name, uid }: OwnerReference, about: ApiObject): void {
    const { namespace = "" } = about.metadata;
    const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`;
    this.#options.recorder.event({ about, type: "Warning", reason: "OwnerRefInvalidNamespace", message });
  }

  #resourceOf({ apiVersion, kind }: OwnerReference): Resource | undefined {
    const { group } = parseGroupVersion(apiVersion);
    const named = (resource: Resource): boolean => resource.group === group && resource.kind === kind;
    return this.#resources.find(named) ?? [...this.#custom.values()].find(named);
  }

  /** A foreground deletion ends when nothing blocks it any more. */
  async #awaitDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    const dependents = this.#graph.dependents(node.uid);
    const blocking = dependents.filter(({ owners }) =>
      owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true),
    );
    if (blocking.length === 0) await this.#removeFinalizer(node, FOREGROUND, signal);
    else for (const dependent of dependents) if (dependent.deleting === undefined) this.#enqueue(dependent.uid);
  }

  async #orphanDependents(node: GraphNode, signal: AbortSignal): Promise<void> {
    for (const dependent of this.#graph.dependents(node.uid)) {
      const live = await this.#live(dependent, signal);
      if (live === undefined) continue;
      const { uid, resourceVersion, ownerReferences = [] } = live.metadata;
      const left = ownerReferences.filter((owner) => owner.uid !== node.uid);
      if (left.length === ownerReferences.length) continue;
      await this.#patch(dependent, { resourceVersion, uid, ownerReferences: left }, signal);
    }
    await this.#removeFinalizer(node, ORPHAN, signal);
  }

  async #removeFinalizer(node: GraphNode, finalizer: string, signal: AbortSignal): Promise<void> {
    const live = await this.#live(node, signal);
    if (live === undefined) return;
    const { uid, resourceVersion, finalizers = [] } = live.metadata;
    if (!finalizers.includes(finalizer)) return;
    await this.#patch(
      node,
      { uid, resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) },
      signal,
    );
  }

  /** The object as it is now; undefined when it is gone or another has its name. */
  async #live(node: GraphNode, signal: AbortSignal): Promise<ApiObject | undefined> {
    try {
      const object = await this.#typed(node).get(node.key, {}, signal);
      return object.metadata.uid === node.uid ? object : undefined;
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #patch(node: GraphNode, metadata: Partial<ApiObject["metadata"]>, signal: AbortSignal): Promise<void> {
    await this.#typed(node).patch(node.key, { type: "merge", body: { metadata } }, {}, signal);
  }

  #typed(node: GraphNode) {
    return this.#options.client.resource<ApiObject>(node.resource);
  }
}

/** An owner is in the namespace of what it owns, or in none. */
function reaches({ key }: GraphNode, namespace: string | undefined): boolean {
  return key.namespace === undefined || key.namespace === namespace;
}

/** What can own and be owned, each stored kind once. Events are left out: they go by age. */
function collectable(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return resources.filter(({ storagePrefix, verbs, kind }) => {
    if (storagePrefix === undefined || kind === "Event" || seen.has(storagePrefix)) return false;
    if (!verbs.includes("watch") || !verbs.includes("list") || !verbs.includes("delete")) return false;
    seen.add(storagePrefix);
    return true;
  });
}

/** What the graph needs of an object. */
function ownershipOf({ apiVersion, kind, metadata }: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp },
  };
}
