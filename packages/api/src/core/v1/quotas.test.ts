// Quotas and limit ranges: what scopes can bound, and bounds that fit each other.
import { describe, expect, test } from "vitest";
import { createFindings } from "../../testing.ts";
import { limitRanges } from "./limit-range.ts";
import { resourceQuotas } from "./resource-quota.ts";

const chosen = (scopeName: string, operator: string, values?: readonly string[]): object => ({
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values === undefined ? {} : { values }) }] },
});

describe("scopes of quotas", () => {
  const at = "spec.scopeSelector.matchExpressions";
  test.each([
    [{ hard: { pods: "1" }, scopes: ["BestEffort"] }, []],
    [
      { hard: { cpu: "1" }, scopes: ["BestEffort"] },
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      { hard: { services: "1" }, ...chosen("Terminating", "Exists") },
      [
        `${at}: Invalid value: {"matchExpressions":[{"scopeName":"Terminating","operator":"Exists"}]}: unsupported scope applied to resource`,
      ],
    ],
    [
      { hard: { pods: "1" }, ...chosen("Terminating", "In", ["a"]) },
      [
        `${at}.operator: Invalid value: "In": must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity`,
      ],
    ],
    [{ hard: { pods: "1" }, ...chosen("PriorityClass", "In", ["high"]) }, []],
  ])("%j", (spec, wanted) => {
    expect([...createFindings(resourceQuotas, { spec })].toSorted()).toEqual([...wanted].toSorted());
  });
});

test("bounds of a limit range leave room for each other", () => {
  const findings = (item: object): readonly string[] =>
    createFindings(limitRanges, { spec: { limits: [{ type: "Container", ...item }] } });
  expect(findings({ min: { cpu: "0" }, max: { cpu: "0" }, maxLimitRequestRatio: { cpu: "3" } })).toEqual([]);
  expect(findings({ min: { cpu: "1" }, max: { cpu: "2" }, maxLimitRequestRatio: { cpu: "3" } })).toEqual([
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
  ]);
  expect(findings({ default: { "a.b/gpu": "2" }, defaultRequest: { "a.b/gpu": "1" } })).toEqual([
    'spec.limits[0].defaultRequest[a.b/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.b/gpu',
  ]);
  expect(findings({ min: { cpu: "1" }, max: { cpu: "4" }, maxLimitRequestRatio: { cpu: "3" } })).toEqual([]);
});
