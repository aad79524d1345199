import type { ApiObject, Resource, Selector } from "@skates/apimachinery";
import { type Action, type Lister, controllerReference } from "@skates/controller-runtime";

export interface ClaimOptions<T extends ApiObject> {
  readonly owner: ApiObject;
  readonly selector: Selector;
  readonly resource: Resource<T>;
  /** With the indexes of OWNER_INDEXES. */
  readonly lister: Lister<T>;
  /** Finds those of what the owner manages that it wants to look at, by its uid; default: all. */
  readonly index?: string | undefined;
  /** Of several that nobody manages, those that may be adopted; default: all. */
  readonly adoptable?: ((object: T) => boolean) | undefined;
  /** Of those that match, the ones that may belong to the owner: others are not adopted, and released. Default: all. */
  readonly member?: ((object: T) => boolean) | undefined;
  /** What is adopted gets this finalizer, what is released loses it. */
  readonly finalizer?: string | undefined;
}

export interface Claimed<T extends ApiObject> {
  /** What the owner manages, or will once `patches` are carried out; in the order of their keys. */
  readonly objects: readonly T[];
  /** Adopts what matches and has no manager, releases what no longer matches. */
  readonly patches: readonly Action[];
}

const CONTROLLER = "controller";

type Labels = ApiObject["metadata"]["labels"];

/** Settles which objects belong to `owner`: those that it manages and that match its selector. */
export function claim<T extends ApiObject>(options: ClaimOptions<T>): Claimed<T> {
  const { owner, selector, lister, index = CONTROLLER, adoptable = () => true, member } = options;
  const { uid = "", namespace = "", deletionTimestamp } = owner.metadata;
  const patches: Action[] = [];
  const deleting = deletionTimestamp !== undefined;
  const matches = (labels: Labels): boolean => selector.matches(labels);
  const found = lister.by(index, uid, matches);
  const objects: T[] = member === undefined ? [...found] : found.filter(member);
  const strangers = member === undefined ? [] : found.filter((object) => !member(object));
  for (const object of [...lister.by(CONTROLLER, uid, (labels) => !matches(labels)), ...strangers]) {
    if (!deleting && object.metadata.deletionTimestamp === undefined) patches.push(release(options, object));
  }
  if (deleting) return { objects, patches };
  for (const object of lister.by("orphans", namespace)) {
    if (object.metadata.deletionTimestamp !== undefined || !selector.matches(object.metadata.labels)) continue;
    if (!adoptable(object) || member?.(object) === false) continue;
    objects.push(object);
    patches.push(adopt(options, object));
  }
  return { objects, patches };
}

/** The uid in the patch keeps it from a later object of the same name. */
function adopt<T extends ApiObject>({ owner, resource, finalizer }: ClaimOptions<T>, object: T): Action {
  const ownerReferences = [controllerReference(owner)];
  const finalizers = finalizer === undefined ? {} : { finalizers: [finalizer] };
  return patchOwners(resource, object, { ownerReferences, ...finalizers });
}

function release<T extends ApiObject>({ owner, resource, finalizer }: ClaimOptions<T>, object: T): Action {
  const ownerReferences = [{ $patch: "delete", uid: owner.metadata.uid }];
  const finalizers = finalizer === undefined ? {} : { "$deleteFromPrimitiveList/finalizers": [finalizer] };
  return patchOwners(resource, object, { ownerReferences, ...finalizers });
}

function patchOwners(resource: Resource, object: ApiObject, metadata: Readonly<Record<string, unknown>>): Action {
  const { namespace, name, uid } = object.metadata;
  const body = { metadata: { uid, ...metadata } };
  return { do: "patch", resource, key: { namespace, name }, patch: { type: "strategic", body } };
}
