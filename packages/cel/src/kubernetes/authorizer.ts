import { isDns1123Label, isDns1123Subdomain, type UserInfo } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { member, text } from "../standard/overload.ts";
import { boolType, type CelType, objectType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { type OpaqueKind, opaqueKind } from "./opaque.ts";

/** What an expression wants to know about a user, as authorizers see it. */
export interface CelAuthorizationAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly resourceRequest: boolean;
  readonly path: string;
  readonly group: string;
  /** `*` for resources. */
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** What an authorizer answers; an authorizer of the API server answers in this way too. */
export interface CelDecision {
  readonly decision: "allow" | "deny" | "no opinion";
  readonly reason: string;
  readonly error?: string | undefined;
}

/** Answers at once: who has to wait for an answer evaluates again once it is there. */
export type CelAuthorizer = (attributes: CelAuthorizationAttributes) => CelDecision;

/** A resource that a request is about. */
export interface CelRequestResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

interface Subject {
  readonly user: UserInfo;
  readonly decide: CelAuthorizer;
}

interface ResourceCheck extends CelRequestResource {
  readonly subject: Subject;
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

const kind = <T>(name: string): OpaqueKind<T> =>
  opaqueKind<T>(objectType(`kubernetes.authorization.${name}`), { equals: (one, other) => one === other });
const authorizers = kind<Subject>("Authorizer");
const pathChecks = kind<{ readonly subject: Subject; readonly path: string }>("PathCheck");
const groupChecks = kind<{ readonly subject: Subject; readonly group: string }>("GroupCheck");
const resourceChecks = kind<ResourceCheck>("ResourceCheck");
const decisions = kind<CelDecision>("Decision");

/** The type of the variable `authorizer`. */
export const authorizerType: CelType = authorizers.type;
/** The type of the variable `authorizer.requestResource`. */
export const resourceCheckType: CelType = resourceChecks.type;
const pathCheckType = pathChecks.type;
const groupCheckType = groupChecks.type;
const decisionType = decisions.type;

/** The value of `authorizer`: what a user may do. */
export function authorizerValue(user: UserInfo, authorizer: CelAuthorizer): CelValue {
  return authorizers.make({ user, decide: authorizer });
}

/** The value of `authorizer.requestResource`: what a user may do to the resource of a request. */
export function resourceAuthorizerValue(
  user: UserInfo,
  authorizer: CelAuthorizer,
  resource: CelRequestResource,
): CelValue {
  const subject = { user, decide: authorizer };
  return resourceChecks.make({ ...resource, subject, fieldSelector: "", labelSelector: "" });
}

/** `authorizer.group("apps").resource("deployments").check("create").allowed()` and its like. */
export const authorizerLibrary: Library = {
  name: "kubernetes.authz",
  functions: [
    {
      name: "path",
      overloads: [
        member("authorizer_path", {
          params: [authorizerType, stringType],
          result: pathCheckType,
          run: (subject, path) => {
            if (text(path).trim() === "") throw new CelError("path must not be empty");
            return pathChecks.make({ subject: authorizers.data(subject), path: text(path) });
          },
        }),
      ],
    },
    {
      name: "group",
      overloads: [
        member("authorizer_group", {
          params: [authorizerType, stringType],
          result: groupCheckType,
          run: (subject, group) => groupChecks.make({ subject: authorizers.data(subject), group: text(group) }),
        }),
      ],
    },
    {
      name: "serviceAccount",
      overloads: [
        member("authorizer_serviceaccount", {
          params: [authorizerType, stringType, stringType],
          result: authorizerType,
          run: serviceAccount,
        }),
      ],
    },
    {
      name: "resource",
      overloads: [
        member("groupcheck_resource", {
          params: [groupCheckType, stringType],
          result: resourceCheckType,
          run: resource,
        }),
      ],
    },
    refinement("subresource", "resourcecheck_subresource", (subresource) => ({ subresource })),
    refinement("namespace", "resourcecheck_namespace", (namespace) => ({ namespace })),
    refinement("name", "resourcecheck_name", (name) => ({ name })),
    refinement("fieldSelector", "authorizer_fieldselector", (fieldSelector) => ({ fieldSelector })),
    refinement("labelSelector", "authorizer_labelselector", (labelSelector) => ({ labelSelector })),
    {
      name: "check",
      overloads: [
        member("pathcheck_check", { params: [pathCheckType, stringType], result: decisionType, run: checkPath }),
        member("resourcecheck_check", {
          params: [resourceCheckType, stringType],
          result: decisionType,
          run: checkResource,
        }),
      ],
    },
    answer("errored", "decision_errored", boolType, ({ error }) => error !== undefined),
    answer("error", "decision_error", stringType, ({ error }) => error ?? ""),
    answer("allowed", "decision_allowed", boolType, ({ decision }) => decision === "allow"),
    answer("reason", "decision_reason", stringType, ({ reason }) => reason),
  ],
};

function serviceAccount(subject: CelValue, namespaceValue: CelValue, nameValue: CelValue): CelValue {
  const namespace = text(namespaceValue);
  const name = text(nameValue);
  if (isDns1123Subdomain(name).length > 0) throw new CelError("Invalid service account name");
  if (isDns1123Label(namespace).length > 0) throw new CelError("Invalid service account namespace");
  const user = {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
  return authorizers.make({ ...authorizers.data(subject), user });
}

function resource(check: CelValue, name: CelValue): CelValue {
  if (text(name).trim() === "") throw new CelError("resource must not be empty");
  const { subject, group } = groupChecks.data(check);
  const rest = { subresource: "", namespace: "", name: "", fieldSelector: "", labelSelector: "" };
  return resourceChecks.make({ subject, group, resource: text(name), ...rest });
}

function refinement(name: string, id: string, part: (value: string) => Partial<ResourceCheck>): FunctionDeclaration {
  const run = (check: CelValue, value: CelValue) =>
    resourceChecks.make({ ...resourceChecks.data(check), ...part(text(value)) });
  return {
    name,
    overloads: [member(id, { params: [resourceCheckType, stringType], result: resourceCheckType, run })],
  };
}

function answer(
  name: string,
  id: string,
  result: CelType,
  of: (decision: CelDecision) => CelValue,
): FunctionDeclaration {
  const run = (decision: CelValue) => of(decisions.data(decision));
  return { name, overloads: [member(id, { params: [decisionType], result, run })] };
}

const NO_RESOURCE = { group: "", version: "", resource: "", subresource: "", namespace: "", name: "" };

function checkPath(check: CelValue, verb: CelValue): CelValue {
  const { subject, path } = pathChecks.data(check);
  const attributes = { user: subject.user, verb: text(verb), resourceRequest: false, path, ...NO_RESOURCE };
  return decisions.make(subject.decide(attributes));
}

function checkResource(check: CelValue, verb: CelValue): CelValue {
  const { subject, fieldSelector, labelSelector, ...about } = resourceChecks.data(check);
  return decisions.make(
    subject.decide({
      user: subject.user,
      verb: text(verb),
      resourceRequest: true,
      path: "",
      version: "*",
      ...about,
      ...(fieldSelector === "" ? {} : { fieldSelector }),
      ...(labelSelector === "" ? {} : { labelSelector }),
    }),
  );
}
