import { type CelEnvironment, type CelType, dynType, objectType, stringType } from "@skates/cel";

const PATCH_FIELDS: Readonly<Record<string, CelType>> = {
  op: stringType,
  path: stringType,
  from: stringType,
  value: dynType,
};

/** An operation of a JSON patch, as expressions write it: `JSONPatch{op: "add", path: "/a", value: 1}`. */
export const patchType = objectType("JSONPatch", {
  field: (name) => (Object.hasOwn(PATCH_FIELDS, name) ? PATCH_FIELDS[name] : undefined),
});

/** A partial object, or a part of one, named by its path: `Object{spec: Object.spec{replicas: 1}}`. Its schema is looked at later. */
export function configurationType(name: string): CelType {
  return objectType(name, { field: () => dynType });
}

/** What the mutations of a policy know besides what its other expressions know. */
export function withPatchTypes(environment: CelEnvironment): CelEnvironment {
  return environment.extend({
    resolveType: (name) => {
      if (name === "JSONPatch") return patchType;
      return name === "Object" || name.startsWith("Object.") ? configurationType(name) : undefined;
    },
    libraries: [
      {
        name: "kubernetes.jsonPatch",
        functions: [
          {
            name: "jsonpatch.escapeKey",
            overloads: [
              {
                id: "string_jsonpatch_escapeKey_string",
                params: [stringType],
                result: stringType,
                run: (key) => (typeof key === "string" ? key.replaceAll("~", "~0").replaceAll("/", "~1") : ""),
              },
            ],
          },
        ],
      },
    ],
  });
}
