import { type ApiObject, isStatus, type ObjectKey, type Resource } from "@skates/apimachinery";
import type { TokenRequest } from "@skates/api/authentication/v1";
import {
  type ConfigMap,
  configMaps,
  type Node,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  type Secret,
  secrets,
  type Service,
  serviceAccounts,
  services,
} from "@skates/api/core/v1";
import { type ResourceClaim, resourceClaims } from "@skates/api/resource/v1";
import { type CSIDriver, csiDrivers, type VolumeAttachment, volumeAttachments } from "@skates/api/storage/v1";
import type { Client } from "@skates/client";
import { must, type Env, type TaskGroup } from "@skates/component-base";
import { createInformer, type Informer } from "@skates/controller-runtime";
import { type References, referencesOf, type Token, type TokenSpec } from "./references.ts";

export interface ApiReferencesOptions {
  readonly nodeName: string;
  readonly client: Client;
  readonly env: Env;
  readonly tasks: TaskGroup;
}

interface Entry<T extends ApiObject> {
  readonly informer: Informer<T>;
  readonly stop: AbortController;
  /** Uids of the pods that want it. */
  readonly users: Set<string>;
}

/** References from the API: each object that some pod names is watched by itself, as a node may see no others. */
export class ApiReferences implements References {
  readonly #options: ApiReferencesOptions;
  readonly #configMaps = new Map<string, Entry<ConfigMap>>();
  readonly #secrets = new Map<string, Entry<Secret>>();
  readonly #changed = new Map<string, () => void>();
  readonly #services: Informer<Service>;
  constructor(options: ApiReferencesOptions) {
    this.#options = options;
    const { client, env, tasks } = options;
    this.#services = createInformer(client.resource<Service>(services), services, { env });
    tasks.spawn((signal) => this.#services.run(signal));
  }

  async configMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    const { informer } = this.#entry(this.#configMaps, configMaps, { namespace, name });
    await informer.whenSynced(signal);
    return informer.get({ namespace, name });
  }

  async secret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    const { informer } = this.#entry(this.#secrets, secrets, { namespace, name });
    await informer.whenSynced(signal);
    return informer.get({ namespace, name });
  }

  async services(namespace: string, signal: AbortSignal): Promise<readonly Service[]> {
    await this.#services.whenSynced(signal);
    const api = this.#services.get({ namespace: "default", name: "kubernetes" });
    const own = this.#services.list(namespace);
    return api === undefined || own.includes(api) ? own : [api, ...own];
  }

  claim(namespace: string, name: string, signal: AbortSignal): Promise<PersistentVolumeClaim | undefined> {
    return this.#now<PersistentVolumeClaim>(persistentVolumeClaims, { namespace, name }, signal);
  }

  volume(name: string, signal: AbortSignal): Promise<PersistentVolume | undefined> {
    return this.#now<PersistentVolume>(persistentVolumes, { name }, signal);
  }

  secretNow(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined> {
    return this.#now<Secret>(secrets, { namespace, name }, signal);
  }

  csiDriver(name: string, signal: AbortSignal): Promise<CSIDriver | undefined> {
    return this.#now<CSIDriver>(csiDrivers, { name }, signal);
  }

  resourceClaim(namespace: string, name: string, signal: AbortSignal): Promise<ResourceClaim | undefined> {
    return this.#now<ResourceClaim>(resourceClaims, { namespace, name }, signal);
  }

  volumeAttachment(name: string, signal: AbortSignal): Promise<VolumeAttachment | undefined> {
    return this.#now<VolumeAttachment>(volumeAttachments, { name }, signal);
  }

  ownNode(signal: AbortSignal): Promise<Node | undefined> {
    return this.#now<Node>(nodes, { name: this.#options.nodeName }, signal);
  }

  async token(pod: Pod, { audience, expirationSeconds }: TokenSpec, signal: AbortSignal): Promise<Token> {
    const { namespace, name, uid } = pod.metadata;
    const account = pod.spec.serviceAccountName ?? "default";
    const request: TokenRequest = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { name: account, namespace },
      spec: {
        audiences: audience === undefined || audience === "" ? undefined : [audience],
        expirationSeconds,
        boundObjectRef: { kind: "Pod", apiVersion: "v1", name, uid },
      },
    };
    const api = this.#options.client.resource(serviceAccounts).sub("token");
    const { status } = await api.create<TokenRequest>({ namespace, name: account }, request, {}, signal);
    const { token, expirationTimestamp } = must(status, "token status");
    return { token: must(token, "token"), expiresAtMs: Date.parse(must(expirationTimestamp, "token expiry")) };
  }

  register(pod: Pod, changed: () => void): void {
    const { uid = "", namespace = "" } = pod.metadata;
    this.#changed.set(uid, changed);
    const wanted = referencesOf(pod);
    for (const name of wanted.configMaps) this.#entry(this.#configMaps, configMaps, { namespace, name }).users.add(uid);
    for (const name of wanted.secrets) this.#entry(this.#secrets, secrets, { namespace, name }).users.add(uid);
  }

  unregister(podUid: string): void {
    this.#changed.delete(podUid);
    release(this.#configMaps, podUid);
    release(this.#secrets, podUid);
  }

  async #now<T extends ApiObject>(resource: Resource<T>, key: ObjectKey, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#options.client.resource<T>(resource).get(key, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #entry<T extends ApiObject>(
    entries: Map<string, Entry<T>>,
    resource: Resource<T>,
    key: { readonly namespace: string; readonly name: string },
  ): Entry<T> {
    const id = `${key.namespace}/${key.name}`;
    const found = entries.get(id);
    if (found !== undefined) return found;
    const { client, env, tasks } = this.#options;
    const informer = createInformer(client.resource<T>(resource), resource, {
      env,
      namespace: key.namespace,
      fieldSelector: `metadata.name=${key.name}`,
    });
    const entry: Entry<T> = { informer, stop: new AbortController(), users: new Set() };
    entries.set(id, entry);
    informer.subscribe(() => {
      // What the first list brings is no change.
      if (!informer.synced()) return;
      for (const uid of entry.users) this.#changed.get(uid)?.();
    });
    tasks.spawn((signal) => informer.run(AbortSignal.any([signal, entry.stop.signal])));
    return entry;
  }
}

function release<T extends ApiObject>(entries: Map<string, Entry<T>>, podUid: string): void {
  for (const [id, entry] of entries) {
    if (!entry.users.delete(podUid) || entry.users.size > 0) continue;
    entry.stop.abort(new Error("no pod refers to it"));
    entries.delete(id);
  }
}
