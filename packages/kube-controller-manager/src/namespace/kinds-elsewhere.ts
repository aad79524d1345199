import { isRecord, type Resource, type Verb } from "@skates/apimachinery";
import type { APIService } from "@skates/api/apiregistration/v1";
import type { Client } from "@skates/client";
import { untypedKind } from "../custom-kinds.ts";

/** What other servers serve through this one. */
export interface KindsElsewhere {
  /** Namespaced kinds, those of a group's preferred version first. */
  readonly resources: readonly Resource[];
  /** `metrics.k8s.io/v1beta1`: parts of the API of which nobody can tell what they hold. */
  readonly silent: readonly string[];
}

/** Asks every server of a part of the API what it serves. One that does not answer, or with something else, is silent. */
export async function kindsElsewhere(
  client: Client,
  services: readonly APIService[],
  signal: AbortSignal,
): Promise<KindsElsewhere> {
  const elsewhere = services.filter(({ spec }) => spec.service !== undefined).sort(byPriority);
  const answers = await Promise.all(
    elsewhere.map(async (service) => (isAvailable(service) ? await kindsOf(client, service, signal) : undefined)),
  );
  return {
    resources: answers.flatMap((kinds) => kinds ?? []),
    silent: elsewhere.filter((_service, i) => answers[i] === undefined).map(partOf),
  };
}

/** Undefined: there is no answer that can be read. */
async function kindsOf(
  client: Client,
  { spec: { group = "", version = "" } }: APIService,
  signal: AbortSignal,
): Promise<readonly Resource[] | undefined> {
  let answer: unknown;
  try {
    answer = await client.getJson(`/apis/${group}/${version}`, signal);
  } catch {
    signal.throwIfAborted();
    return undefined; // whatever is wrong with it, the namespace says whose it is
  }
  if (!isRecord(answer) || answer["kind"] !== "APIResourceList" || !Array.isArray(answer["resources"]))
    return undefined;
  return answer["resources"].flatMap((one: unknown) => kindOf(one, { group, version }) ?? []);
}

const VERBS: ReadonlySet<string> = new Set<Verb>(["list", "delete", "deletecollection"]);

function kindOf(one: unknown, at: { readonly group: string; readonly version: string }): Resource | undefined {
  if (!isRecord(one) || one["namespaced"] !== true) return undefined;
  const { name: plural, kind } = one;
  if (typeof plural !== "string" || typeof kind !== "string" || plural.includes("/")) return undefined;
  const given: readonly unknown[] = Array.isArray(one["verbs"]) ? one["verbs"] : [];
  const verbs = given.filter((verb): verb is Verb => typeof verb === "string" && VERBS.has(verb));
  return untypedKind({ ...at, kind, plural, namespaced: true, verbs });
}

function byPriority(a: APIService, b: APIService): number {
  return b.spec.versionPriority - a.spec.versionPriority || (a.metadata.name < b.metadata.name ? -1 : 1);
}

function isAvailable({ status }: APIService): boolean {
  return status?.conditions?.find(({ type }) => type === "Available")?.status === "True";
}

function partOf({ spec }: APIService): string {
  return `${spec.group}/${spec.version}`;
}
