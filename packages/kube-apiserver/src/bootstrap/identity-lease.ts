import { type Lease, leases } from "@skates/api/coordination/v1";
import { formatMicroTime, isStatus, keyOf } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Env, messageOf } from "@skates/component-base";

export interface IdentityLeaseOptions {
  readonly env: Env;
  /** Under the API server's own identity. */
  readonly client: Client;
  /** Where this server is reached: what tells it from the others of the cluster. */
  readonly endpoint: { readonly address: string; readonly port: number };
}

const NAMESPACE = "kube-system";
const IDENTITY = { "apiserver.kubernetes.io/identity": "kube-apiserver" };
const DURATION_SECONDS = 3600;
const RENEW_MS = 10_000;
const COLLECT_MS = 3_600_000;

/**
 * Tells by a lease that this API server is there, as `apiserver-<hash>` in kube-system, and removes those of servers that have not
 * renewed theirs in an hour. Ends when the signal aborts.
 */
export async function keepIdentityLease(options: IdentityLeaseOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, random } = options.env;
  const name = identityName(options.endpoint);
  const id = [...random.stream("identity-lease").bytes(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let lease: Lease | undefined;
  let collectAtMs = 0;
  while (!signal.aborted) {
    try {
      lease = await renew(options, { name, holderIdentity: `${name}_${id}`, known: lease }, signal);
      if (clock.monotonicMs() >= collectAtMs) {
        await collect(options, signal);
        collectAtMs = clock.monotonicMs() + COLLECT_MS;
      }
    } catch (error) {
      if (signal.aborted) return;
      lease = undefined; // read again: somebody else has written or removed it
      log.warn("Lease of the API server could not be renewed", { error: messageOf(error) });
    }
    await clock.sleep(RENEW_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

interface Renewal {
  readonly name: string;
  readonly holderIdentity: string;
  readonly known: Lease | undefined;
}

async function renew(
  { env, client }: IdentityLeaseOptions,
  { name, holderIdentity, known }: Renewal,
  signal: AbortSignal,
): Promise<Lease> {
  const api = client.resource<Lease>(leases);
  const renewTime = formatMicroTime(env.clock.nowMs());
  const spec = { holderIdentity, leaseDurationSeconds: DURATION_SECONDS, renewTime };
  const found = known ?? (await find());
  if (found !== undefined) return api.update({ ...found, spec: { ...found.spec, ...spec } }, {}, signal);
  const metadata = { name, namespace: NAMESPACE, labels: IDENTITY };
  return api.create({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec }, {}, signal);

  async function find(): Promise<Lease | undefined> {
    try {
      return await api.get({ namespace: NAMESPACE, name }, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    }
  }
}

async function collect({ env, client }: IdentityLeaseOptions, signal: AbortSignal): Promise<void> {
  const api = client.resource<Lease>(leases);
  const [[key, value] = ["", ""]] = Object.entries(IDENTITY);
  for (const lease of (await api.list({ namespace: NAMESPACE, labelSelector: `${key}=${value}` }, signal)).items) {
    // One that does not say how long it lasts has ended.
    const { renewTime = "", leaseDurationSeconds } = lease.spec ?? {};
    const lasts = leaseDurationSeconds !== undefined;
    if (lasts && env.clock.nowMs() - Date.parse(renewTime) <= leaseDurationSeconds * 1000) continue;
    const { uid, resourceVersion } = lease.metadata;
    try {
      await api.delete(keyOf(lease), { preconditions: { uid, resourceVersion } }, signal);
    } catch (error) {
      // Gone already, or its server is back.
      if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
    }
  }
}

/** The same for each start of one server, another for each server. */
function identityName({ address, port }: IdentityLeaseOptions["endpoint"]): string {
  let hash = 0xcbf2_9ce4_8422_2325n; // FNV-1a
  for (const byte of new TextEncoder().encode(`${address}:${port}`)) {
    hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & 0xffff_ffff_ffff_ffffn;
  }
  return `apiserver-${hash.toString(32).padStart(13, "0")}`;
}
