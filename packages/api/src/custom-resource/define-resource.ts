import {
  type ApiObject,
  type Fields,
  type Infer,
  ObjectMeta,
  opt,
  ref,
  req,
  type Resource,
  resource,
  type Struct,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import type { ValidationRule } from "../apiextensions/v1/index.ts";

/** An object of a custom kind, by the types of its spec and its status. */
export interface CustomObject<Spec, Status> extends ApiObject {
  readonly spec: Spec;
  readonly status?: Status | undefined;
}

/** A column of `kubectl get`. */
export interface CustomColumn {
  readonly name: string;
  readonly type: "boolean" | "date" | "integer" | "number" | "string";
  /** `.spec.schedule`, `.status.conditions[?(@.type=="Ready")].status`. */
  readonly jsonPath: string;
  readonly description?: string | undefined;
  /** More than 0: only with `-o wide`. */
  readonly priority?: number | undefined;
}

export interface DefineResourceOptions<Spec extends Fields, Status extends Fields> {
  /** A domain of your own: `example.com`. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec: Struct<Spec>;
  /** With it objects have a status that is written apart. */
  readonly status?: Struct<Status> | undefined;
  /** Default: the kind in lower case. */
  readonly singular?: string | undefined;
  readonly shortNames?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
  /** Default: true. */
  readonly namespaced?: boolean | undefined;
  readonly columns?: readonly CustomColumn[] | undefined;
  /** Paths such as `.spec.replicas`. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector?: string } | undefined;
  /** Fields that lists can be narrowed by: `.spec.owner`. */
  readonly selectableFields?: readonly string[] | undefined;
  /** CEL rules by the place that they are about: `""` (the object), `spec`, `spec.window`. The only rules that span fields on a server. */
  readonly validations?: Readonly<Record<string, readonly ValidationRule[]>> | undefined;
}

/** A custom kind: a resource for clients and informers, with what its definition says besides. */
export interface CustomResource<T extends ApiObject> extends Resource<T> {
  readonly columnsByPath: readonly CustomColumn[];
  readonly selectablePaths: readonly string[];
  readonly validations: Readonly<Record<string, readonly ValidationRule[]>>;
}

/**
 * A custom kind from the structs of its spec and status. The static type of its objects follows from them: `typeof backups` is a
 * `CustomResource<CustomObject<BackupSpec, BackupStatus>>`. Nothing is registered anywhere; `crdOf` gives the definition.
 */
export function defineResource<Spec extends Fields, Status extends Fields = Record<never, never>>(
  options: DefineResourceOptions<Spec, Status>,
): CustomResource<CustomObject<Infer<Struct<Spec>>, Infer<Struct<Status>>>> {
  const { group, version, kind, plural, spec, status, scale } = options;
  const withoutDot = (path: string): string => path.replace(/^\./, "");
  const made = resource<CustomObject<Infer<Struct<Spec>>, Infer<Struct<Status>>>>({
    group,
    version,
    kind,
    plural,
    singular: options.singular,
    shortNames: options.shortNames,
    categories: options.categories,
    namespaced: options.namespaced,
    schema: struct(`${group}/${version}.${kind}`, {
      ...typeMeta,
      metadata: req(
        1,
        ref<ObjectMeta>(() => ObjectMeta),
        "Name, namespace, labels and the other data that all objects have.",
      ),
      spec: req(
        2,
        ref<Infer<Struct<Spec>>>(() => spec),
        "What is wanted.",
      ),
      ...(status === undefined
        ? {}
        : {
            status: opt(
              3,
              ref<Infer<Struct<Status>>>(() => status),
              "What was last seen of it.",
            ),
          }),
    }),
    scale:
      scale === undefined
        ? undefined
        : {
            spec: withoutDot(scale.spec),
            status: withoutDot(scale.status),
            selector: scale.selector === undefined ? undefined : withoutDot(scale.selector),
          },
    unconditionalUpdate: false,
  });
  return {
    ...made,
    custom: true,
    columnsByPath: options.columns ?? [],
    selectablePaths: options.selectableFields ?? [],
    validations: options.validations ?? {},
  };
}
