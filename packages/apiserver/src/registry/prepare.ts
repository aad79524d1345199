import {
  type ApiObject,
  badRequest,
  type Claim,
  type FieldError,
  invalidStatus,
  StatusError,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateValue,
} from "@skates/apimachinery";
import { mutateByAdmission, validateByAdmission } from "../admission.ts";
import { conventionalCreate, conventionalUpdate, nextGeneration } from "./conventions.ts";
import { inVersion } from "./in-version.ts";
import { createdMeta, updatedMeta, withoutDuplicateOwners } from "./object-meta.ts";
import { admissionAttributes, admittedObject, requestInfo, type WriteCall } from "./write-call.ts";

/** An object ready to be stored, in the hub version. Whoever gets it must `finish`. */
export interface Prepared {
  readonly object: ApiObject;
  /** Keeps or gives back what was claimed outside the object. */
  finish(committed: boolean): Promise<void>;
}

/**
 * A status is no change of what is wanted, also where it brings annotations with it (a deployment's revision); a binding carries out
 * what is wanted.
 */
const KEEPS_GENERATION: ReadonlySet<string> = new Set(["status", "binding"]);

/** What admission makes of a new object; done once, while `prepareCreate` may be repeated with another name. */
export async function admitCreate(call: WriteCall, object: ApiObject): Promise<ApiObject> {
  const attributes = admissionAttributes(call, "CREATE", { object, old: undefined });
  const admitted = admittedObject(call, object, await mutateByAdmission(call.admission, attributes, call.signal));
  if (admitted !== object) checkAdmitted(admitted, object);
  return admitted;
}

/** Whoever asked was authorized for this namespace, and an object that is there already has a version. */
function checkAdmitted({ metadata }: ApiObject, { metadata: sent }: ApiObject): void {
  if ((metadata.namespace ?? "") !== (sent.namespace ?? "")) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if ((metadata.resourceVersion ?? "") !== "") {
    throw new StatusError("", "resourceVersion should not be set on objects to be created", { code: 500 });
  }
}

/** Completes and checks a new object. Throws Invalid with all findings, or the refusal of admission. */
export async function prepareCreate(call: WriteCall, admitted: ApiObject): Promise<Prepared> {
  const { core, served } = call;
  const hub = served.hub;
  const info = requestInfo(call, "create");
  const metadata = createdMeta(withoutDuplicateOwners(admitted.metadata, call.warn), {
    nowMs: call.nowMs,
    uids: core.uids,
    names: core.names,
  });
  const conventional = core.dropGated(hub.schema, conventionalCreate(hub, { ...admitted, metadata }), undefined);
  const prepared = hub.strategy.prepare?.(conventional, undefined, info) ?? conventional;
  return await claimed(call, { next: prepared, old: undefined }, async (object) => {
    refuse(call, object, [
      ...validateObjectMeta(object.metadata, hub),
      ...validateObject(call, object, undefined),
      ...(hub.strategy.validate?.(object, undefined, info) ?? []),
    ]);
    warnAbout(call, object, undefined);
    const attributes = admissionAttributes(call, "CREATE", { object, old: undefined });
    await validateByAdmission(call.admission, attributes, call.signal);
  });
}

/** Completes and checks an update of `old`; `next` is what the client wants. */
export async function prepareUpdate(call: WriteCall, next: ApiObject, old: ApiObject): Promise<Prepared> {
  const hub = call.served.hub;
  const info = requestInfo(call, "update");
  const attributes = admissionAttributes(call, "UPDATE", { object: next, old });
  const admitted = admittedObject(call, next, await mutateByAdmission(call.admission, attributes, call.signal));
  const metadata = updatedMeta(withoutDuplicateOwners(admitted.metadata, call.warn), old.metadata);
  const viewed = conventionalUpdate(hub, call.subresource, { ...admitted, metadata }, old);
  const { managedFields } = admitted.metadata;
  const whole = { ...viewed, metadata: { ...viewed.metadata, managedFields } };
  const conventional = call.core.dropGated(hub.schema, whole, old);
  const mended = hub.strategy.prepare?.(conventional, old, info) ?? conventional;
  const keeps = KEEPS_GENERATION.has(call.subresource);
  const generation = keeps ? old.metadata.generation : nextGeneration(hub, mended, old);
  const prepared =
    generation === mended.metadata.generation ? mended : { ...mended, metadata: { ...mended.metadata, generation } };
  return await claimed(call, { next: prepared, old }, async (object) => {
    refuse(call, object, [
      ...validateObjectMetaUpdate(object.metadata, old.metadata),
      ...validateObject(call, object, old),
      ...(hub.strategy.validate?.(object, old, info) ?? []),
    ]);
    warnAbout(call, object, old);
    const final = admissionAttributes(call, "UPDATE", { object, old });
    await validateByAdmission(call.admission, final, call.signal);
  });
}

interface Change {
  readonly next: ApiObject;
  readonly old: ApiObject | undefined;
}

/** Lets the strategy claim, then checks; what was claimed is given back when a check refuses. */
async function claimed(
  call: WriteCall,
  { next, old }: Change,
  check: (object: ApiObject) => Promise<void>,
): Promise<Prepared> {
  const info = requestInfo(call, old === undefined ? "create" : "update");
  const claim = await call.served.hub.strategy.begin?.(next, old, info, call.signal);
  if (claim === undefined) {
    await check(next);
    return { object: next, finish: () => Promise.resolve() };
  }
  return await checkedClaim(claim, check);
}

async function checkedClaim(claim: Claim<ApiObject>, check: (object: ApiObject) => Promise<void>): Promise<Prepared> {
  try {
    await check(claim.object);
  } catch (error) {
    await claim.finish(false);
    throw error;
  }
  return { object: claim.object, finish: (committed) => claim.finish(committed) };
}

/** By the schema of the version that the client wrote, so that findings name its fields. */
function validateObject({ served }: WriteCall, object: ApiObject, old: ApiObject | undefined): readonly FieldError[] {
  const { resource } = served;
  const next = inVersion(resource, object);
  return validateValue(resource.schema, next, old === undefined ? undefined : inVersion(resource, old));
}

function refuse({ served }: WriteCall, object: ApiObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidStatus(served.resource, object.metadata.name, errors);
}

function warnAbout(call: WriteCall, next: ApiObject, old: ApiObject | undefined): void {
  for (const text of call.served.hub.strategy.warnings?.(next, old) ?? []) call.warn(text);
}
