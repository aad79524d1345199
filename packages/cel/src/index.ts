/**
 * CEL, the expression language of Kubernetes: an environment declares variables, types and functions (`CelEnvironment`), `compile`
 * answers with a program or with issues in upstream's words, `evaluate` runs the program over plain JSON under a cost limit. Start
 * with `environment.ts` and `program.ts`; `json-type.ts` is the bridge to schemas, `kubernetes/` holds upstream's libraries.
 */
export { type Binding, bindJson, bindLazy, bindValue } from "./binding.ts";
export { CelError } from "./cel-error.ts";
export {
  COST_MAX,
  type CallCost,
  type CallEstimate,
  type CostEstimate,
  type SizeEstimate,
  type SizedOperand,
} from "./cost.ts";
export type { FunctionDeclaration, Library, Overload } from "./declaration.ts";
export { type CelEnvironment, createEnvironment, type EnvironmentOptions } from "./environment.ts";
export { type CelIssue, formatIssues } from "./issue.ts";
export { anyJson } from "./json/any-json.ts";
export { jsonTypeOf } from "./json/declared-json.ts";
export { escapeName, unescapeName } from "./json/escape-name.ts";
export type { JsonType } from "./json-type.ts";
export { PER_CALL_LIMIT } from "./limits.ts";
export type { Activation, CelProgram, Compilation, Evaluation, EvaluationOptions } from "./program.ts";
export {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  formatType,
  intType,
  isDynType,
  listType,
  mapType,
  nullType,
  type ObjectDeclaration,
  objectType,
  opaqueType,
  optionalType,
  sameType,
  stringType,
  timestampType,
  type TypeKind,
  typeName,
  uintType,
} from "./type.ts";
export type {
  CelBytes,
  CelDouble,
  CelDuration,
  CelList,
  CelMap,
  CelObject,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  CelValue,
  ListRules,
} from "./value.ts";
