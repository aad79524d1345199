import { isStatus, type Resource } from "@skates/apimachinery";
import { type Namespace, namespaces, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { type Informers, keyWorker } from "@skates/controller-runtime";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { apiServices } from "@skates/api/apiregistration/v1";
import { customKind } from "../custom-kinds.ts";
import { withRemains } from "./conditions.ts";
import { deletableResources, deleteContent } from "./content.ts";
import { kindsElsewhere } from "./kinds-elsewhere.ts";

export interface NamespaceOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  /** All that the server serves. */
  readonly resources: readonly Resource[];
}

const FINALIZER = "kubernetes";
const WORKERS = 4;
/** How long until servers of a part of the API are asked for again. */
const SILENT_MS = 15_000;
/** What has finalizers is asked for again after half of this. */
const FINALIZER_SECONDS = 15;

/** Empties namespaces that are being deleted, and lets them go when nothing is left. */
export function namespaceController(options: NamespaceOptions): Component {
  const { client, informers, env } = options;
  const builtin = deletableResources(options.resources);
  const definitions = options.resources.includes(customResourceDefinitions)
    ? informers.for(customResourceDefinitions)
    : undefined;
  const services = options.resources.includes(apiServices) ? informers.for(apiServices) : undefined;
  /** Definitions come and go. */
  const own = (): readonly Resource[] => [
    ...builtin,
    ...(definitions?.list() ?? []).flatMap((one) => customKind(one) ?? []),
  ];
  const typed = client.resource(namespaces);
  const lister = informers.for(namespaces);
  const podInformer = informers.for(pods);

  /** Milliseconds after which to look again; undefined: done. */
  async function sync(name: string, signal: AbortSignal): Promise<number | undefined> {
    let namespace = await find(name, signal);
    if (namespace?.metadata.deletionTimestamp === undefined) return undefined;
    if (namespace.spec?.finalizers?.includes(FINALIZER) !== true) return undefined;
    if (namespace.status?.phase !== "Terminating") {
      namespace = await typed.updateStatus(
        { ...namespace, status: { ...namespace.status, phase: "Terminating" } },
        {},
        signal,
      );
    }
    const elsewhere = await kindsElsewhere(client, services?.list() ?? [], signal);
    const resources = deletableResources([...own(), ...elsewhere.resources]);
    const content = await deleteContent(client, { namespace: name, resources }, signal);
    const remains = { ...content, silent: elsewhere.silent };
    const empty = remains.counts.size === 0 && remains.errors.length === 0 && remains.silent.length === 0;
    const told = withRemains(namespace, remains, env.clock.nowMs());
    // The last word on an empty namespace would be gone with it.
    if (told !== namespace && !empty) namespace = await typed.updateStatus(told, {}, signal);
    if (empty) {
      const finalizers = namespace.spec?.finalizers?.filter((finalizer) => finalizer !== FINALIZER);
      const released: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
      await typed.sub("finalize").update({ name }, released, {}, signal);
      return undefined;
    }
    if (remains.errors.length > 0) throw new Error(remains.errors.join("; "));
    // What the silent servers hold is looked at when they speak again.
    if (remains.silent.length > 0 && remains.counts.size === 0) return SILENT_MS;
    const estimate = Math.max(remains.graceSeconds, remains.finalizers.size > 0 ? FINALIZER_SECONDS : 0);
    return (Math.floor(estimate / 2) + 1) * 1000;
  }

  async function find(name: string, signal: AbortSignal): Promise<Namespace | undefined> {
    try {
      return await typed.get({ name }, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }

  return keyWorker({
    name: "namespace-controller",
    env,
    workers: WORKERS,
    informers: [lister, podInformer, ...(services === undefined ? [] : [services])],
    failure: "a namespace could not be emptied yet",
    follow: (add) => [
      lister.subscribe(({ type, object: { metadata } }) => {
        if (type !== "deleted" && metadata.deletionTimestamp !== undefined) add({ name: metadata.name });
      }),
      // The last pod is what most namespaces wait for.
      podInformer.subscribe(({ type, object: { metadata } }) => {
        const name = metadata.namespace ?? "";
        const namespace = type === "deleted" ? lister.get({ name }) : undefined;
        if (namespace?.metadata.deletionTimestamp !== undefined) add({ name });
      }),
    ],
    work: ({ name }, signal) => sync(name, signal),
  });
}
