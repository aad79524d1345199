import { setTimeout as sleep } from "node:timers/promises";
import { configMaps, type Secret, secrets } from "@skates/api/core/v1";
import { formatTime, isStatus, parseDuration } from "@skates/apimachinery";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pemCertificates } from "@skates/pki";
import type { Command, Invocation } from "../cli/command.ts";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import type { FlagValues } from "../cli/flags.ts";
import { type AdminClient, adminClient } from "../cluster/admin-client.ts";
import { type ClusterConfig, existingServerConfig } from "../cluster/config.ts";
import { type Paths, pathsOf } from "../cluster/data-dir.ts";
import { hostAddress } from "../cluster/host-address.ts";
import { CLUSTER_INFO, hashOf, signatureKey } from "../cluster/join/discover.ts";

const NAMESPACE = "kube-system";
const PREFIX = "bootstrap-token-";
const TYPE = "bootstrap.kubernetes.io/token";
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const USAGES = ["signing", "authentication"];
const GROUP = "system:bootstrappers:kubeadm:default-node-token";
/** The controller that signs with it has heard of it long before, unless the cluster has only just been started. */
const SIGNED_MS = 10_000;
/** Kubeadm's. */
const TTL_MS = 24 * 3_600_000;

/** Tokens with which nodes join. */
export const token: Command = {
  name: "token",
  summary: "Makes (create), lists (list) and deletes (delete ID) tokens with which nodes join this cluster.",
  usage: "skates token create|list|delete [ID] [flags]",
  takesArgs: true,
  flags: {
    ttl: { type: "string", value: "DURATION", doc: "create: how long it lasts (default 24h); 0: until it is deleted." },
    usages: { type: "list", value: "NAMES", doc: "create: signing, authentication (default both)." },
    description: { type: "string", value: "TEXT", doc: "create: what it is for." },
  },
  async run(invocation) {
    const { args, dataDir } = invocation;
    const [what, id, ...rest] = args;
    const wanted = what === "delete" ? id !== undefined : (what === "create" || what === "list") && id === undefined;
    if (!wanted || rest.length > 0) throw usageError(`usage: ${this.usage}`);
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    await using admin = adminClient(paths, config);
    if (what === "list") await list(admin, invocation);
    else if (what === "create") await create(admin, { paths, config }, invocation);
    else await remove(admin, id ?? "", invocation);
    return EXIT.done;
  },
};

async function create(
  { client }: AdminClient,
  { paths, config }: { readonly paths: Paths; readonly config: ClusterConfig },
  { flags, signal, print }: Invocation,
): Promise<void> {
  const [id, secret] = [letters(6), letters(16)];
  const ttlMs = ttlOf(flags);
  const usages = usagesOf(flags);
  const data = {
    "token-id": id,
    "token-secret": secret,
    "auth-extra-groups": GROUP,
    ...Object.fromEntries(usages.map((usage) => [`usage-bootstrap-${usage}`, "true"])),
    ...(ttlMs === 0 ? {} : { expiration: formatTime(systemClock().nowMs() + ttlMs) }),
    ...(flags.string("description") === undefined ? {} : { description: flags.string("description") ?? "" }),
  };
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  const metadata = { name: PREFIX + id, namespace: NAMESPACE };
  await client
    .resource(secrets)
    .create({ apiVersion: "v1", kind: "Secret", type: TYPE, metadata, data: Object.fromEntries(encoded) }, {}, signal);
  if (usages.includes("signing")) await untilSigned(client, id, signal);
  const [ca = ""] = pemCertificates(readFileSync(join(paths.pki, "ca.crt"), "utf8"));
  print(`${id}.${secret}`);
  print(
    `to join: skates join https://${hostAddress()}:${config.apiPort} --token ${id}.${secret} --ca-cert-hash ${hashOf(ca)}`,
  );
}

/** A node that comes at once is to find the token known. It is printed all the same when that takes too long. */
async function untilSigned(client: AdminClient["client"], id: string, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + SIGNED_MS;
  while (performance.now() < untilMs) {
    const { items } = await client.resource(configMaps).list({ namespace: CLUSTER_INFO.namespace }, signal);
    const info = items.find(({ metadata }) => metadata.name === CLUSTER_INFO.name);
    if (info?.data?.[signatureKey(id)] !== undefined) return;
    await sleep(50, undefined, { signal });
  }
}

async function list({ client }: AdminClient, { signal, print }: Invocation): Promise<void> {
  const fieldSelector = `type=${TYPE}`;
  const { items } = await client.resource(secrets).list({ namespace: NAMESPACE, fieldSelector }, signal);
  const rows = [["TOKEN", "EXPIRES", "USAGES", "DESCRIPTION"], ...items.map(row)];
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  for (const cells of rows)
    print(
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** As kubeadm, tokens are shown whole: who lists them may read the secrets anyway. */
function row({ data = {} }: Secret): readonly string[] {
  const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  const usages = USAGES.filter((usage) => text(`usage-bootstrap-${usage}`) === "true").join(",");
  const expiration = text("expiration");
  return [
    `${text("token-id")}.${text("token-secret")}`,
    expiration === "" ? "never" : expiration,
    usages,
    text("description"),
  ];
}

async function remove({ client }: AdminClient, given: string, { signal, print }: Invocation): Promise<void> {
  const [id = ""] = given.split(".");
  if (!/^[a-z0-9]{6}$/.test(id)) throw usageError(`invalid token ID ${JSON.stringify(id)}: six letters and digits`);
  try {
    await client.resource(secrets).delete({ namespace: NAMESPACE, name: PREFIX + id }, {}, signal);
  } catch (error) {
    if (isStatus(error, "NotFound")) throw failure(`there is no token ${id}`, "see 'skates token list'");
    throw error;
  }
  print(`token ${id} deleted`);
}

function ttlOf(flags: FlagValues): number {
  const text = flags.string("ttl");
  if (text === undefined) return TTL_MS;
  try {
    const ttlMs = parseDuration(text);
    if (ttlMs >= 0) return ttlMs;
  } catch {
    // told below, as one that is negative
  }
  throw usageError(`invalid value ${JSON.stringify(text)} for flag --ttl: a duration, as 2h30m, or 0`);
}

function usagesOf(flags: FlagValues): readonly string[] {
  const usages = flags.strings("usages");
  const unknown = usages.find((usage) => !USAGES.includes(usage));
  if (unknown === undefined) return usages.length === 0 ? USAGES : usages;
  throw usageError(`invalid value ${JSON.stringify(unknown)} for flag --usages: ${USAGES.join(", ")}`);
}

/** From the system's cryptography; values past the last whole round of the alphabet are drawn again, so that all letters are alike. */
function letters(count: number): string {
  const random = systemRandom();
  let out = "";
  while (out.length < count) {
    const byte = random.bytes(1)[0] ?? 255;
    if (byte < 252) out += LETTERS[byte % LETTERS.length] ?? "";
  }
  return out;
}
