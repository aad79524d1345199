// Which rule of a policy counts for which request, and what is refused in a policy.
import { type Policy, validatePolicy } from "@skates/api/audit/v1";
import { formatFieldError } from "@skates/apimachinery";
import { expect, it } from "vitest";
import { type AuditRequest, auditPolicy } from "./audit-policy.ts";

const policy = (...rules: NonNullable<Policy["rules"]>): Policy => ({
  kind: "Policy",
  apiVersion: "audit.k8s.io/v1",
  rules,
});
const request = (more: Partial<AuditRequest> = {}): AuditRequest => ({
  user: { name: "ann", groups: ["dev", "system:authenticated"] },
  verb: "create",
  resourceRequest: true,
  path: "/api/v1/namespaces/shop/pods",
  group: "",
  resource: "pods",
  subresource: "",
  namespace: "shop",
  name: "web",
  ...more,
});
const path = (url: string): AuditRequest =>
  request({ resourceRequest: false, path: url, verb: "get", resource: "", namespace: "", name: "" });
const pods = (...resources: string[]) => [{ group: "", resources }];

it.each<[string, NonNullable<Policy["rules"]>[number], AuditRequest, boolean]>([
  ["no condition", { level: "Metadata" }, request(), true],
  ["user", { level: "Metadata", users: ["ann"] }, request(), true],
  ["other user", { level: "Metadata", users: ["bob"] }, request(), false],
  ["one of the groups", { level: "Metadata", userGroups: ["ops", "dev"] }, request(), true],
  ["no such group", { level: "Metadata", userGroups: ["ops"] }, request(), false],
  ["verb", { level: "Metadata", verbs: ["get"] }, request(), false],
  ["namespace", { level: "Metadata", namespaces: ["shop"] }, request(), true],
  ["no namespace", { level: "Metadata", namespaces: [""] }, request({ namespace: "", resource: "nodes" }), true],
  ["namespace of a path", { level: "Metadata", namespaces: [""] }, path("/healthz"), false],
  ["kind", { level: "Metadata", resources: pods("pods") }, request(), true],
  ["kind without subresource", { level: "Metadata", resources: pods("pods") }, request({ subresource: "log" }), false],
  ["subresource", { level: "Metadata", resources: pods("pods/log") }, request({ subresource: "log" }), true],
  ["all subresources", { level: "Metadata", resources: pods("pods/*") }, request({ subresource: "log" }), true],
  ["that subresource of all", { level: "Metadata", resources: pods("*/log") }, request({ subresource: "log" }), true],
  ["everything", { level: "Metadata", resources: pods("*") }, request({ subresource: "log" }), true],
  ["other group", { level: "Metadata", resources: [{ group: "apps" }] }, request(), false],
  ["all groups", { level: "Metadata", resources: [{ group: "*" }] }, request({ group: "apps" }), true],
  ["name", { level: "Metadata", resources: [{ resources: ["pods"], resourceNames: ["web"] }] }, request(), true],
  ["other name", { level: "Metadata", resources: [{ resources: ["pods"], resourceNames: ["db"] }] }, request(), false],
  ["path", { level: "Metadata", nonResourceURLs: ["/version"] }, path("/version"), true],
  ["path with the rest", { level: "Metadata", nonResourceURLs: ["/healthz*"] }, path("/healthz/etcd"), true],
  ["all paths", { level: "Metadata", nonResourceURLs: ["*"] }, path("/x"), true],
  ["paths are no kinds", { level: "Metadata", nonResourceURLs: ["*"] }, request(), false],
])("%s", (_what, rule, asked, matches) => {
  expect(auditPolicy(policy(rule))(asked).level).toBe(matches ? "Metadata" : "None");
});

it("the first rule that matches counts, with the stages of both left out", () => {
  const decide = auditPolicy({
    ...policy(
      { level: "Request", users: ["bob"] },
      { level: "RequestResponse", verbs: ["create"], omitStages: ["Panic"], omitManagedFields: false },
      { level: "Metadata" },
    ),
    omitStages: ["RequestReceived"],
    omitManagedFields: true,
  });
  expect(decide(request())).toEqual({
    level: "RequestResponse",
    omitStages: new Set(["RequestReceived", "Panic"]),
    omitManagedFields: false,
  });
  expect(decide(request({ verb: "get" }))).toMatchObject({ level: "Metadata", omitManagedFields: true });
});

it.each<[NonNullable<Policy["rules"]>[number], string]>([
  [{}, "rules[0].level: Required value"],
  [
    { level: "All" },
    'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
  ],
  [
    { level: "None", nonResourceURLs: ["healthz"] },
    `rules[0].nonResourceURLs[0]: Invalid value: "healthz": non-resource URL rules must begin with a '/' character`,
  ],
  [
    { level: "None", nonResourceURLs: ["/a*/b"] },
    `rules[0].nonResourceURLs[0]: Invalid value: "/a*/b": non-resource URL wildcards '*' must be the final character of the rule`,
  ],
  [
    { level: "None", resources: [{ resourceNames: ["a"] }] },
    'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
  ],
  [
    { level: "None", omitStages: ["Middle"] },
    'rules[0].omitStages[0]: Invalid value: "Middle": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
  ],
  [
    { level: "None", nonResourceURLs: ["/a"], namespaces: ["x"] },
    'rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs',
  ],
])("refuses %j", (rule, message) => {
  expect(validatePolicy(policy(rule)).map(formatFieldError)).toEqual([message]);
});
