import { setTimeout as sleep } from "node:timers/promises";
import { configMaps, type Node, namespaces, nodes } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { pemCertificates } from "@skates/pki";
import { failure } from "../cli/errors.ts";
import { hashOf } from "./join/discover.ts";

/** Annotation of a joined node: hashes of the authorities that it trusts, with commas between. */
export const TRUSTED_AUTHORITIES = "skates.io/trusted-authorities";
/** Annotation of a joined node: hash of the authority that has signed both its certificates. */
export const CERTIFIED_BY = "skates.io/certified-by";

export interface Rollout {
  /** As the cluster's administrator. */
  readonly client: Client;
  /** Told when what is waited for changes. */
  readonly waits: (what: string) => void;
  readonly timeoutMs: number;
}

const POLL_MS = 1_000;
/** Kubelets follow the ConfigMap and write it into running pods; programs that look at the file do so every few seconds. */
const PODS_MS = 15_000;
/** So many of those that are waited for are named. */
const NAMED_MAX = 3;

/** Waits until these authorities (PEM) are known in every namespace, hence to pods, by nodes that join and by all that have joined. */
export async function untilAuthoritiesKnown(bundle: string, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const wanted = pemCertificates(bundle);
  await poll(rollout, signal, async () => [
    ...(await namespacesWithout(rollout.client, wanted, signal)),
    ...(await nodesFor(rollout.client, signal)).filter((node) => !trusts(node, wanted)).map(nameOf),
  ]);
  rollout.waits("running pods to read them");
  await sleep(PODS_MS, undefined, { signal });
}

/** Waits until no joined node works with a certificate that another authority than this one (PEM) has signed. */
export async function untilNodesCertified(authority: string, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const wanted = hashOf(authority);
  await poll(rollout, signal, async () =>
    (await nodesFor(rollout.client, signal))
      .filter(({ metadata }) => metadata.annotations?.[CERTIFIED_BY] !== wanted)
      .map(nameOf),
  );
}

async function poll(
  { waits, timeoutMs }: Rollout,
  signal: AbortSignal,
  missing: () => Promise<readonly string[]>,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  for (let told = ""; ; ) {
    const left = await missing();
    if (left.length === 0) return;
    const more = left.length > NAMED_MAX ? ` and ${left.length - NAMED_MAX} more` : "";
    const text = left.slice(0, NAMED_MAX).join(", ") + more;
    if (text !== told) waits(text);
    told = text;
    if (performance.now() > untilMs) {
      throw failure(
        `waited ${timeoutMs / 1000} s for ${text}; nothing was replaced yet`,
        "start what does not run, or delete the node that is gone for good, and call this again: it goes on. --at-once does not wait",
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function namespacesWithout(
  client: Client,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const fieldSelector = "metadata.name=kube-root-ca.crt";
  const [all, published] = await Promise.all([
    client.resource(namespaces).list({}, signal),
    client.resource(configMaps).list({ fieldSelector }, signal),
  ]);
  const known = new Set(
    published.items
      .filter(({ data }) => includesAll(data?.["ca.crt"] ?? "", wanted))
      .map(({ metadata }) => metadata.namespace),
  );
  return all.items
    .filter(({ metadata: { name, deletionTimestamp } }) => deletionTimestamp === undefined && !known.has(name))
    .map(({ metadata }) => `namespace ${metadata.name}`);
}

/** Nodes that have joined: others read the authorities from the cluster's own directory. */
async function nodesFor(client: Client, signal: AbortSignal): Promise<readonly Node[]> {
  const { items } = await client.resource<Node>(nodes).list({}, signal);
  return items.filter(({ metadata }) => metadata.annotations?.[TRUSTED_AUTHORITIES] !== undefined);
}

function trusts({ metadata }: Node, wanted: readonly string[]): boolean {
  const hashes = (metadata.annotations?.[TRUSTED_AUTHORITIES] ?? "").split(",");
  return wanted.every((cert) => hashes.includes(hashOf(cert)));
}

function includesAll(bundle: string, wanted: readonly string[]): boolean {
  const there = pemCertificates(bundle);
  return wanted.every((cert) => there.includes(cert));
}

function nameOf({ metadata }: Node): string {
  return `node ${metadata.name}`;
}
