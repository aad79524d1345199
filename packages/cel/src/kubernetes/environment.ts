import type { Library } from "../declaration.ts";
import { type CelEnvironment, createEnvironment } from "../environment.ts";
import { listsLibrary } from "../extensions/lists.ts";
import { optionalLibrary } from "../extensions/optional.ts";
import { setsLibrary } from "../extensions/sets.ts";
import { stringsLibrary } from "../extensions/strings.ts";
import { twoVariablesLibrary } from "../extensions/two-variables.ts";
import { dynType, objectType, type CelType, stringType } from "../type.ts";
import { authorizerLibrary } from "./authorizer.ts";
import { cidrLibrary } from "./cidr.ts";
import { KUBERNETES_COSTS } from "./costs.ts";
import { formatLibrary } from "./format.ts";
import { ipLibrary } from "./ip.ts";
import { jsonPatchLibrary } from "./json-patch.ts";
import { kubernetesListsLibrary } from "./lists.ts";
import { quantityLibrary } from "./quantity.ts";
import { regexLibrary } from "./regex.ts";
import { semverLibrary } from "./semver.ts";
import { urlLibrary } from "./url.ts";

const LIBRARIES: readonly Library[] = [
  urlLibrary,
  regexLibrary,
  kubernetesListsLibrary,
  authorizerLibrary,
  optionalLibrary,
  quantityLibrary,
  stringsLibrary,
  setsLibrary,
  ipLibrary,
  cidrLibrary,
  formatLibrary,
  twoVariablesLibrary,
  semverLibrary,
  listsLibrary,
  { name: "kubernetes.costs", costs: KUBERNETES_COSTS },
];

/**
 * The environment of Kubernetes 1.36, without variables: what all rules, policies and conditions have. Upstream tells expressions
 * that are written from those that are stored, which may use what the version before does not know; in 1.36 that is the same.
 */
export function kubernetesEnvironment(): CelEnvironment {
  return createEnvironment({ libraries: LIBRARIES, checkedLiterals: true });
}

/** As `environment`, with what mutations make: `Object{…}`, `Object.spec{…}`, `JSONPatch{…}`, and `jsonpatch.escapeKey`. */
export function mutationEnvironment(environment: CelEnvironment): CelEnvironment {
  return environment.extend({
    libraries: [jsonPatchLibrary, { name: "kubernetes.mutation.costs", costs: KUBERNETES_COSTS }],
    resolveType: mutationType,
  });
}

/** The type of `JSONPatch{op: …, path: …, from: …, value: …}`. */
export const jsonPatchType: CelType = objectType("JSONPatch", {
  field: (name) =>
    name === "op" || name === "path" || name === "from" ? stringType : name === "value" ? dynType : undefined,
});

/** An object type of any fields, `Object` or one below it such as `Object.spec`. */
export function mutationObjectType(name: string): CelType {
  return objectType(name, { field: () => dynType });
}

function mutationType(name: string): CelType | undefined {
  if (name === jsonPatchType.name) return jsonPatchType;
  return name === "Object" || name.startsWith("Object.") ? mutationObjectType(name) : undefined;
}
