// Rules of flow schemas: known verbs, wildcards alone, paths as they can be.
import { expect, test } from "vitest";
import { createFindings } from "../../testing.ts";
import { flowSchemas } from "./flow-schema.ts";

const spec = (rule: object): object => ({
  spec: {
    matchingPrecedence: 100,
    priorityLevelConfiguration: { name: "p" },
    rules: [{ subjects: [{ kind: "Group", group: { name: "g" } }], ...rule }],
  },
});

test.each([
  [{ verbs: ["*"], apiGroups: [""], resources: ["pods"], namespaces: ["*"] }, []],
  [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], namespaces: ["a", "b"] }, []],
  [
    { verbs: ["read"], apiGroups: ["*", "apps"], resources: ["*"], clusterScope: true },
    [
      'verbs: Unsupported value: ["read"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other api groups',
    ],
  ],
])("requests for objects: %j", (rule, wanted) => {
  expect(createFindings(flowSchemas, spec({ resourceRules: [rule] }))).toEqual(
    wanted.map((line) => `spec.rules[0].resourceRules[0].${line}`),
  );
});

test.each([
  ["/", undefined],
  ["/apis/*", undefined],
  ["healthz", "must start with slash"],
  ["/a b", "must not contain white-space"],
  ["/a//b", "must not contain double slash"],
  ["/a*", "wildcard can only do suffix matching"],
])("the path %j", (url, detail) => {
  const rule = { verbs: ["get"], nonResourceURLs: [url] };
  const at = "spec.rules[0].nonResourceRules[0].nonResourceURLs[0]";
  expect(createFindings(flowSchemas, spec({ nonResourceRules: [rule] }))).toEqual(
    detail === undefined ? [] : [`${at}: Invalid value: "${url}": ${detail}`],
  );
});
