import { type ApiObject, isStatus, keyOf, type ObjectKey, type Resource, StatusError } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { asError, assert } from "@skates/component-base";
import type { Action, ActionFailure, Plan } from "./controller.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { unansweredCreations } from "./unanswered.ts";

/** Something that was written, and how a cache shows that it knows. */
export type Written =
  | { readonly resource: Resource; readonly resourceVersion: string }
  | { readonly resource: Resource; readonly key: ObjectKey; readonly deletedUid: string };

export interface Execution {
  readonly written: readonly Written[];
  readonly failures: readonly ActionFailure[];
}

export interface Executor {
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** Field manager of applies. */
  readonly name: string;
}

type Write = Exclude<Action, { readonly do: "event" }>;

/** Carries out a plan. Failures are returned, not thrown; an abort is thrown. */
export async function execute(plan: Plan, executor: Executor, signal: AbortSignal): Promise<Execution> {
  const written: Written[] = [];
  for (const stage of plan.stages) {
    const failures = await executeStage(stage, executor, { written, signal });
    if (failures.length === 0) continue;
    written.push(...(await unansweredCreations(failures, executor.client, signal)));
    return { written, failures };
  }
  return { written, failures: [] };
}

interface StageState {
  readonly written: Written[];
  readonly signal: AbortSignal;
}

/** Requests of one stage under way at a time: enough to share commits, few enough to leave turns to others. */
const PARALLEL_MAX = 16;

/** One action, then two, four, …: when a server refuses, few requests are spent on it. */
async function executeStage(
  stage: readonly Action[],
  executor: Executor,
  state: StageState,
): Promise<readonly ActionFailure[]> {
  const writes: Write[] = [];
  for (const action of stage) {
    if (action.do === "event") executor.recorder.event(action);
    else writes.push(action);
  }
  for (let from = 0, size = 1; from < writes.length; from += size, size = Math.min(2 * size, PARALLEL_MAX)) {
    const batch = writes.slice(from, from + size);
    const results = await Promise.all(batch.map((action) => executeWrite(action, executor, state)));
    const failures = results.filter((failure) => failure !== undefined);
    if (failures.length > 0) return failures;
  }
  return [];
}

async function executeWrite(
  action: Write,
  executor: Executor,
  { written, signal }: StageState,
): Promise<ActionFailure | undefined> {
  try {
    const { name, record } = await send(action, executor, signal);
    if (record !== undefined) written.push(record);
    const { announce } = action;
    if (announce !== undefined) {
      executor.recorder.event({ ...announce, message: announce.message.replaceAll("{name}", name) });
    }
    return undefined;
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asError(thrown);
    return namespaceTerminating(error) ? undefined : { action, error };
  }
}

interface Sent {
  readonly name: string;
  readonly record: Written | undefined;
}

async function send(action: Write, { client, name }: Executor, signal: AbortSignal): Promise<Sent> {
  const { resource } = action;
  const typed = client.resource<ApiObject>(resource);
  const done = (object: ApiObject): Sent => ({
    name: object.metadata.name,
    record: { resource, resourceVersion: object.metadata.resourceVersion ?? "" },
  });
  switch (action.do) {
    case "create": {
      if (action.subresource === undefined) return done(await typed.create(action.object, {}, signal));
      await typed.sub(action.subresource).create(keyOf(action.object), action.object, {}, signal);
      return { name: action.object.metadata.name, record: undefined };
    }
    case "update":
      if (action.subresource === undefined) return done(await typed.update(action.object, {}, signal));
      return done(await typed.sub(action.subresource).update(keyOf(action.object), action.object, {}, signal));
    case "updateStatus":
      return done(await typed.updateStatus(action.object, {}, signal));
    case "patch": {
      const options = action.patch.type === "apply" ? { fieldManager: name, force: true } : {};
      if (action.subresource === undefined) return done(await typed.patch(action.key, action.patch, options, signal));
      return done(await typed.sub(action.subresource).patch(action.key, action.patch, options, signal));
    }
    case "delete":
      return sendDelete(action, client, signal);
  }
}

async function sendDelete(
  action: Extract<Action, { readonly do: "delete" }>,
  client: Client,
  signal: AbortSignal,
): Promise<Sent> {
  const { resource, key, uid, options } = action;
  assert(uid !== "", "a deletion without a uid could hit another object of the same name");
  const resourceVersion = options?.preconditions?.resourceVersion;
  const preconditions = { uid, resourceVersion };
  try {
    await client.resource<ApiObject>(resource).delete(key, { ...options, preconditions }, signal);
  } catch (error) {
    // Gone already, or another object has the name by now. A conflict may also be over something else, which is to be tried again.
    const refused = isStatus(error, "Conflict") && resourceVersion === undefined;
    if (!isStatus(error, "NotFound") && !(refused && (await isAnother(action, client, signal)))) throw error;
  }
  return { name: key.name, record: { resource, key, deletedUid: uid } };
}

/** Whether the name is not, or not any more, that of the object which was to be deleted. Controllers may list what they may not get. */
async function isAnother(
  { resource, key, uid }: Extract<Action, { readonly do: "delete" }>,
  client: Client,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace, name } = key;
  const named = await client
    .resource<ApiObject>(resource)
    .list({ namespace, fieldSelector: `metadata.name=${name}` }, signal);
  return !named.items.some(({ metadata }) => metadata.uid === uid);
}

/** Nothing can be made in a namespace that is being deleted, and nothing needs to be. */
function namespaceTerminating(error: Error): boolean {
  return (
    error instanceof StatusError &&
    (error.details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") ?? false)
  );
}
