import { flowSchemas, priorityLevelConfigurations } from "@skates/api/flowcontrol/v1";
import { type ApiObject, equalValues, formatTime, isStatus, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Clock, isAbort, type Logger } from "@skates/component-base";
import { hasAllOf } from "../bootstrap/has-all-of.ts";
import { untilDone } from "../bootstrap/until-done.ts";
import { AUTOUPDATE, mandatoryConfiguration, suggestedConfiguration } from "./default-configuration.ts";

export interface KeepOptions {
  readonly registry: Registry;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** After a change, and between tries: several changes are often one. */
const GATHER_MS = 1_000;

/**
 * Makes what a cluster has from the start, puts back what is mandatory whatever anybody does to it, keeps what is annotated so, and says in
 * the status of flow schemas whether their level exists.
 */
export async function keepConfiguration(options: KeepOptions, signal: AbortSignal): Promise<void> {
  const { registry, clock } = options;
  try {
    for (;;) {
      const changed = registry.changed([flowSchemas, priorityLevelConfigurations], signal);
      await untilDone(options, { subject: "priority and fairness", run: (each) => keep(options, each) }, signal);
      await changed;
      await clock.sleep(GATHER_MS, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

async function keep(options: KeepOptions, signal: AbortSignal): Promise<void> {
  const [mandatory, suggested] = [mandatoryConfiguration(), suggestedConfiguration()];
  for (const wanted of mandatory.levels)
    await keepOne(options, { resource: priorityLevelConfigurations, wanted, always: true }, signal);
  for (const wanted of suggested.levels)
    await keepOne(options, { resource: priorityLevelConfigurations, wanted, always: false }, signal);
  for (const wanted of mandatory.schemas)
    await keepOne(options, { resource: flowSchemas, wanted, always: true }, signal);
  for (const wanted of suggested.schemas)
    await keepOne(options, { resource: flowSchemas, wanted, always: false }, signal);
  await tellOfLevels(options, signal);
}

interface Configured extends ApiObject {
  readonly spec: object;
}

interface Kept<T extends Configured> {
  readonly resource: Resource<T>;
  readonly wanted: T;
  /** Whatever its annotation says. */
  readonly always: boolean;
}

async function keepOne<T extends Configured>(
  { client, registry }: KeepOptions,
  { resource, wanted, always }: Kept<T>,
  signal: AbortSignal,
): Promise<void> {
  const objects = client.resource(resource);
  const key = { name: wanted.metadata.name };
  try {
    const found = await registry.find(resource, key, signal);
    if (found === undefined) {
      await objects.create(wanted, {}, signal);
      return;
    }
    if (!always && found.metadata.annotations?.[AUTOUPDATE] !== "true") return;
    const annotations = { ...found.metadata.annotations, [AUTOUPDATE]: "true" };
    if (hasAllOf(found.spec, wanted.spec) && equalValues(annotations, found.metadata.annotations)) return;
    await objects.update({ ...found, metadata: { ...found.metadata, annotations }, spec: wanted.spec }, {}, signal);
  } catch (error) {
    // Another server is at the same work.
    if (!isStatus(error, "AlreadyExists") && !isStatus(error, "Conflict")) throw error;
  }
}

/** Upstream's condition `Dangling`. */
async function tellOfLevels({ client, registry, clock }: KeepOptions, signal: AbortSignal): Promise<void> {
  const names = new Set(registry.cachedList(priorityLevelConfigurations).map(({ metadata }) => metadata.name));
  for (const schema of registry.cachedList(flowSchemas)) {
    const level = schema.spec.priorityLevelConfiguration.name;
    const there = names.has(level);
    const known = schema.status?.conditions?.find(({ type }) => type === "Dangling");
    const status = there ? "False" : "True";
    if (known?.status === status) continue;
    const condition = {
      type: "Dangling",
      status,
      lastTransitionTime: formatTime(clock.nowMs()),
      reason: there ? "Found" : "NotFound",
      message: there
        ? `This FlowSchema references the PriorityLevelConfiguration object named "${level}" and it exists`
        : `This FlowSchema references the PriorityLevelConfiguration object named "${level}" but there is no such object`,
    };
    const others = (schema.status?.conditions ?? []).filter(({ type }) => type !== "Dangling");
    try {
      await client
        .resource(flowSchemas)
        .updateStatus({ ...schema, status: { conditions: [...others, condition] } }, {}, signal);
    } catch (error) {
      // Changed or removed meanwhile: the next look sees it.
      if (!isStatus(error, "Conflict") && !isStatus(error, "NotFound")) throw error;
    }
  }
}
