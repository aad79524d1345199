// Rules of ingresses and network policies that look at two things at once.
import { expect, test } from "vitest";
import { createFindings, updateFindings } from "../../testing.ts";
import { ingresses } from "./ingress.ts";
import { networkPolicies } from "./network-policy.ts";

test.each([
  [{ port: 80, endPort: 90 }, []],
  [{ port: 80, endPort: 70 }, ["endPort: Invalid value: 80: must be greater than or equal to `port`"]],
  [{ port: "web", endPort: 90 }, ["endPort: Invalid value: 90: may not be specified when `port` is non-numeric"]],
  [{ endPort: 90 }, ["endPort: Invalid value: 90: may not be specified when `port` is not specified"]],
])("the ports %j of a policy", (port, wanted) => {
  const spec = { podSelector: {}, ingress: [{ ports: [port] }] };
  expect(createFindings(networkPolicies, { spec })).toEqual(wanted.map((line) => `spec.ingress[0].ports[0].${line}`));
});

test("the old way to name an ingress's class and the new one agree when it is made", () => {
  const ingress = (name: string): object => ({
    metadata: { name: "x", namespace: "default", annotations: { "kubernetes.io/ingress.class": name } },
    spec: { ingressClassName: "nginx", defaultBackend: { service: { name: "a", port: { number: 80 } } } },
  });
  expect([createFindings(ingresses, ingress("nginx")), createFindings(ingresses, ingress("other"))]).toEqual([
    [],
    [
      'annotations.kubernetes.io/ingress.class: Invalid value: "other": must match `ingressClassName` when both are specified',
    ],
  ]);
  expect(updateFindings(ingresses, { from: ingress("other"), to: ingress("other") })).toEqual([]);
});
