// Shows how request lines are read, by upstream's rules.
import { expect, test } from "vitest";
import { routeOf } from "./route.ts";

function read(method: string, url: string): string {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  const route = routeOf(method, path, new URLSearchParams(at < 0 ? "" : url.slice(at + 1)));
  if (!route.resourceRequest) return `${route.verb} ${route.path}`;
  const { verb, group, version, namespace, resource, subresource, name, rest, authorizedName } = route;
  const tail = rest.length > 0 ? ` rest=${rest.join(",")}` : "";
  const authorized = authorizedName === name ? "" : ` authorized=${authorizedName}`;
  return `${verb} ${group}/${version} ns=${namespace} ${resource}/${subresource} name=${name}${tail}${authorized}`;
}

test.each([
  ["GET", "/api/v1/pods", "list /v1 ns= pods/ name="],
  ["GET", "/api/v1/pods?watch=true", "watch /v1 ns= pods/ name="],
  ["GET", "/api/v1/pods?watch=0", "list /v1 ns= pods/ name="],
  ["GET", "/api/v1/namespaces", "list /v1 ns= namespaces/ name="],
  ["GET", "/api/v1/namespaces/a", "get /v1 ns=a namespaces/ name=a"],
  ["PUT", "/api/v1/namespaces/a/finalize", "update /v1 ns=a namespaces/finalize name=a"],
  ["GET", "/api/v1/namespaces/a/status", "get /v1 ns=a namespaces/status name=a"],
  ["POST", "/api/v1/namespaces/a/pods", "create /v1 ns=a pods/ name="],
  ["GET", "/api/v1/namespaces/a/pods/b", "get /v1 ns=a pods/ name=b"],
  ["HEAD", "/api/v1/namespaces/a/pods/b", "get /v1 ns=a pods/ name=b"],
  ["GET", "/api/v1/namespaces/a/pods/b?watch=true", "get /v1 ns=a pods/ name=b"],
  ["GET", "/api/v1/namespaces/a/pods/b/log", "get /v1 ns=a pods/log name=b"],
  ["GET", "/api/v1/namespaces/a/pods/b/proxy/x/y%2Fz", "get /v1 ns=a pods/proxy name=b rest=x,y/z"],
  ["DELETE", "/api/v1/namespaces/a/pods", "deletecollection /v1 ns=a pods/ name="],
  ["DELETE", "/api/v1/namespaces/a/pods/b", "delete /v1 ns=a pods/ name=b"],
  ["PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", "patch apps/v1 ns=a deployments/scale name=b"],
  [
    "GET",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/x%3Ay",
    "get rbac.authorization.k8s.io/v1 ns= clusterroles/ name=x:y",
  ],
  ["GET", "/api/v1/watch/namespaces/a/pods/b", "watch /v1 ns=a pods/ name=b"],
  ["GET", "/api/v1/secrets?fieldSelector=metadata.name%3Ds", "list /v1 ns= secrets/ name= authorized=s"],
  ["GET", "/api/v1/secrets?fieldSelector=metadata.name%3Ds,type%3Dx", "list /v1 ns= secrets/ name="],
  ["GET", "/healthz", "get /healthz"],
  ["POST", "/api/v1", "post /api/v1"],
  ["GET", "/apis/apps/v1", "get /apis/apps/v1"],
])("%s %s", (method, url, expected) => {
  expect(read(method, url)).toBe(expected);
});

test("broken percent-encoding is a bad request", () => {
  expect(() => routeOf("GET", "/api/v1/pods/%zz", new URLSearchParams())).toThrow("invalid URL escape");
});
