/**
 * The machinery of the API, free of any kind: the schema language and what derives from it, meta types, selectors, Status,
 * and the interfaces `Handler`, `Resource` and `Strategy`. Start with `schema/struct.ts` and `resource.ts`.
 */
export { type ResourceOptions, resource } from "./define-resource.ts";
export type * from "./handler.ts";
export * from "./meta/v1/index.ts";
export {
  type ApiObject,
  formatGroupVersion,
  formatKey,
  type GroupVersion,
  keyOf,
  type List,
  type ObjectKey,
  parseGroupVersion,
  parseKey,
  type WatchEvent,
} from "./object.ts";
export type * from "./resource.ts";
export {
  duplicate,
  type FieldError,
  type FieldErrorReason,
  forbidden,
  formatPath,
  invalid,
  notSupported,
  type Path,
  required,
  type Step,
} from "./schema/field-error.ts";
export {
  type AnyField,
  type AnyStructOptions,
  type Facets,
  type Field,
  type Fields,
  type Infer,
  type Inlined,
  inline,
  opt,
  present,
  type Rule,
  req,
  type Struct,
  type StructOptions,
  struct,
  structOf,
} from "./schema/struct.ts";
export {
  bool,
  bytes,
  double,
  duration,
  fieldsV1,
  int32,
  int64,
  intOrString,
  type Json,
  type JsonObject,
  json,
  type ListMerge,
  list,
  map,
  microTime,
  oneOf,
  quantity,
  rawExtension,
  ref,
  string,
  time,
  type Type,
  type TypeNode,
} from "./schema/type.ts";
export {
  alreadyExists,
  badRequest,
  conflict,
  forbiddenRequest,
  isStatus,
  notFound,
  notImplemented,
  type QualifiedResource,
  STATUS_CODES,
  StatusError,
  type StatusReason,
} from "./status.ts";
