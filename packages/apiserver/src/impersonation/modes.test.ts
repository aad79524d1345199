// Who may act as whom: each mode with the rights it needs, and what each of them refuses.
import type { UserInfo } from "@skates/apimachinery";
import { describe, expect, it } from "vitest";
import type { AuthorizationAttributes, Authorizer } from "../auth.ts";
import { impersonated } from "./modes.ts";

const signal = new AbortController().signal;
const REQUESTER: UserInfo = { name: "tester", groups: [] };
const AGENT: UserInfo = {
  name: "system:serviceaccount:ns:agent",
  groups: [],
  extra: { "authentication.kubernetes.io/node-name": ["n1"] },
};

/** Rights as `verb group/resource[/subresource] name`; `*` at the end of one stands for the rest. */
function allowing(...rights: readonly string[]): Authorizer {
  return {
    authorize: async ({ verb, group, resource, subresource, name }) => {
      const asked = `${verb} ${group}/${resource}${subresource === "" ? "" : `/${subresource}`} ${name}`;
      return { decision: rights.includes(asked) ? "allow" : "no opinion", reason: "" };
    },
  };
}

const request = (user: UserInfo): AuthorizationAttributes => ({
  user,
  verb: "list",
  resourceRequest: true,
  path: "",
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "ns",
  name: "",
});

async function become(authorizer: Authorizer, wanted: Partial<UserInfo> & { name: string }, user = REQUESTER) {
  try {
    return await impersonated({ authorizer, request: request(user), wanted: { groups: [], ...wanted } }, signal);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe("a user", () => {
  const bounded = ["impersonate-on:user-info:list /pods ", "impersonate:user-info authentication.k8s.io/users jane"];

  it("may be impersonated within bounds, with the groups and more that are allowed one by one", async () => {
    expect(await become(allowing(...bounded), { name: "jane" })).toEqual({
      user: { name: "jane", groups: ["system:authenticated"] },
      constraint: "impersonate:user-info",
    });
    const more = allowing(
      ...bounded,
      "impersonate:user-info authentication.k8s.io/groups dev",
      "impersonate:user-info authentication.k8s.io/uids u1",
      "impersonate:user-info authentication.k8s.io/userextras/acme.io/k v",
    );
    const wanted = { name: "jane", uid: "u1", groups: ["dev"], extra: { "acme.io/k": ["v"] } };
    expect(await become(more, wanted)).toEqual({
      user: { ...wanted, groups: ["dev", "system:authenticated"] },
      constraint: "impersonate:user-info",
    });
    expect(await become(more, { ...wanted, groups: ["dev", "ops"] })).toBe(
      'groups.authentication.k8s.io "ops" is forbidden: User "tester" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope',
    );
  });

  it("may not be impersonated for a verb that is not named, nor as masters", async () => {
    const [, who = ""] = bounded;
    expect(await become(allowing(who), { name: "jane" })).toBe(
      'pods is forbidden: User "tester" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "ns"',
    );
    const all = allowing(...bounded, "impersonate:user-info authentication.k8s.io/groups system:masters");
    expect(await become(all, { name: "jane", groups: ["system:masters"] })).toMatch(
      "impersonating the system:masters group is not allowed",
    );
    expect(await become(all, { name: "jane", groups: [""] })).toMatch("the empty string group");
    expect(await become(all, { name: "jane", extra: { scopes: ["x"] } })).toMatch("must be a domain-prefixed path");
  });

  it("with many groups is asked for with one question first", async () => {
    const many = allowing(...bounded, "impersonate:user-info authentication.k8s.io/groups *");
    expect(await become(many, { name: "jane", groups: ["a", "b", "c", "d"] })).toMatchObject({
      constraint: "impersonate:user-info",
    });
    expect(await become(many, { name: "jane", groups: ["a"] })).toMatch('"a" is forbidden');
  });

  it("may be impersonated without bounds by the old right, as ever", async () => {
    const old = allowing("impersonate /users jane", "impersonate /groups system:masters");
    expect(await become(old, { name: "jane", groups: ["system:masters"] })).toEqual({
      user: { name: "jane", groups: ["system:masters", "system:authenticated"] },
      constraint: "",
    });
    expect(await become(allowing("impersonate /users system:anonymous"), { name: "system:anonymous" })).toMatchObject({
      user: { groups: ["system:unauthenticated"] },
    });
  });
});

describe("nodes and accounts", () => {
  it("an agent may be the node that it runs on, and no other", async () => {
    const own = allowing(
      "impersonate-on:associated-node:list /pods ",
      "impersonate:associated-node authentication.k8s.io/nodes *",
    );
    expect(await become(own, { name: "system:node:n1" }, AGENT)).toEqual({
      user: { name: "system:node:n1", groups: ["system:nodes", "system:authenticated"] },
      constraint: "impersonate:associated-node",
    });
    expect(await become(own, { name: "system:node:n2" }, AGENT)).toMatch("is forbidden");
    expect(await become(own, { name: "system:node:n1" })).toMatch("is forbidden");
    expect(await become(own, { name: "system:node:n1", groups: ["g"] }, AGENT)).toMatch("is forbidden");
  });

  it("any node, and accounts, have rights of their own; those of users do not reach them", async () => {
    const rights = allowing(
      "impersonate-on:arbitrary-node:list /pods ",
      "impersonate:arbitrary-node authentication.k8s.io/nodes n7",
      "impersonate-on:serviceaccount:list /pods ",
      "impersonate:serviceaccount authentication.k8s.io/serviceaccounts sa",
    );
    expect(await become(rights, { name: "system:node:n7" })).toMatchObject({
      constraint: "impersonate:arbitrary-node",
    });
    expect(await become(rights, { name: "system:serviceaccount:ns:sa" })).toEqual({
      user: {
        name: "system:serviceaccount:ns:sa",
        groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
      },
      constraint: "impersonate:serviceaccount",
    });
    const users = allowing(
      "impersonate-on:user-info:list /pods ",
      "impersonate:user-info authentication.k8s.io/users system:node:n7",
    );
    expect(await become(users, { name: "system:node:n7" })).toMatch("is forbidden");
  });
});
