import type { UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Decision } from "@skates/apiserver";
import {
  boolType,
  CelError,
  type CelOpaque,
  type CelType,
  type CelValue,
  type Library,
  opaqueType,
  type Overload,
  stringType,
} from "@skates/cel";

/** Answers at once; undefined: not known yet, and the evaluation will run again. Throws where the authorizer failed. */
export type Decide = (attributes: AuthorizationAttributes) => Decision | undefined;

/** What a user may ask of the cluster, as expressions see it: `authorizer.group("apps").resource("deployments").check("get")`. */
export const authorizerType = opaqueType("kubernetes.authorization.Authorizer");
/** A check of one resource, of which more can be said before it is made. */
export const resourceCheckType = opaqueType("kubernetes.authorization.ResourceCheck");
const pathCheckType = opaqueType("kubernetes.authorization.PathCheck");
const groupCheckType = opaqueType("kubernetes.authorization.GroupCheck");
const decisionType = opaqueType("kubernetes.authorization.Decision");

/** Cost units of a question to the authorizer. */
const CHECK_COST = 350_000;

class Check {
  readonly decide: Decide;
  readonly attributes: AuthorizationAttributes;

  constructor(decide: Decide, attributes: AuthorizationAttributes) {
    this.decide = decide;
    this.attributes = attributes;
  }
}

class Made {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error: string;

  constructor({
    allowed,
    reason,
    error,
  }: { readonly allowed: boolean; readonly reason: string; readonly error: string }) {
    this.allowed = allowed;
    this.reason = reason;
    this.error = error;
  }
}

function value(type: CelType, data: unknown): CelOpaque {
  return { kind: "opaque", type, data };
}

const NOTHING: Omit<AuthorizationAttributes, "user"> = {
  verb: "",
  resourceRequest: true,
  path: "",
  group: "",
  version: "*",
  resource: "",
  subresource: "",
  namespace: "",
  name: "",
};

/** The value of `authorizer` for a user. */
export function authorizerOf(user: UserInfo, decide: Decide): CelOpaque {
  return value(authorizerType, new Check(decide, { ...NOTHING, user }));
}

/** The value of `authorizer.requestResource`: what the request itself is about. */
export function resourceCheckOf(attributes: AuthorizationAttributes, decide: Decide): CelOpaque {
  return value(resourceCheckType, new Check(decide, attributes));
}

const serviceAccount: Overload = {
  id: "authorizer_serviceaccount",
  member: true,
  params: [authorizerType, stringType, stringType],
  result: authorizerType,
  run: (receiver, namespace, name) => {
    const user = `system:serviceaccount:${labelIn(namespace, "namespace")}:${labelIn(name, "name")}`;
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${textIn(namespace)}`, "system:authenticated"];
    return authorizerOf({ name: user, groups }, checkIn(receiver).decide);
  },
};

/** The functions by which expressions ask the authorizer. */
export const authorizerLibrary: Library = {
  name: "kubernetes.authorizer",
  types: [authorizerType, pathCheckType, groupCheckType, resourceCheckType, decisionType],
  functions: [
    narrowing("path", "authorizer_path", { from: authorizerType, to: pathCheckType }, (text) => {
      if (text.trim() === "") throw new CelError("path must not be empty");
      return { path: text, resourceRequest: false };
    }),
    narrowing("group", "authorizer_group", { from: authorizerType, to: groupCheckType }, (group) => ({ group })),
    narrowing("resource", "groupcheck_resource", { from: groupCheckType, to: resourceCheckType }, (resource) => ({
      resource,
    })),
    ...(["subresource", "namespace", "name", "fieldSelector", "labelSelector"] as const).map((field) =>
      narrowing(
        field,
        `resourcecheck_${field.toLowerCase()}`,
        { from: resourceCheckType, to: resourceCheckType },
        (text) => ({ [field]: text }),
      ),
    ),
    { name: "serviceAccount", overloads: [serviceAccount] },
    {
      name: "check",
      overloads: [checking("pathcheck_check", pathCheckType), checking("resourcecheck_check", resourceCheckType)],
    },
    told("allowed", boolType, ({ allowed }) => allowed),
    told("reason", stringType, ({ reason }) => reason),
    told("errored", boolType, ({ error }) => error !== ""),
    told("error", stringType, ({ error }) => error),
  ],
};

function narrowing(
  name: string,
  id: string,
  { from, to }: { readonly from: CelType; readonly to: CelType },
  say: (text: string) => Partial<AuthorizationAttributes>,
) {
  const run = (receiver: CelValue, text: CelValue): CelValue => {
    const { decide, attributes } = checkIn(receiver);
    return value(to, new Check(decide, { ...attributes, ...say(textIn(text)) }));
  };
  const overload: Overload = { id, member: true, params: [from, stringType], result: to, run };
  return { name, overloads: [overload] };
}

function labelIn(text: CelValue, what: string): string {
  const label = textIn(text);
  if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(label)) return label;
  throw new CelError(`Invalid service account ${what}`);
}

function checking(id: string, type: CelType): Overload {
  return {
    id,
    member: true,
    params: [type, stringType],
    result: decisionType,
    run: (receiver, verb) => {
      const { decide, attributes } = checkIn(receiver);
      return value(
        decisionType,
        made(() => decide({ ...attributes, verb: textIn(verb) })),
      );
    },
    cost: {
      actual: () => CHECK_COST,
      estimate: () => ({ cost: { min: CHECK_COST, max: CHECK_COST } }),
    },
  };
}

/** What is not known yet counts as refused, in a run whose result is thrown away. */
function made(ask: () => Decision | undefined): Made {
  try {
    const decision = ask();
    return new Made({ allowed: decision?.decision === "allow", reason: decision?.reason ?? "", error: "" });
  } catch (error) {
    return new Made({ allowed: false, reason: "", error: error instanceof Error ? error.message : String(error) });
  }
}

function told(name: string, result: CelType, tell: (decision: Made) => CelValue) {
  const run = (receiver: CelValue): CelValue => {
    const data = dataIn(receiver);
    if (!(data instanceof Made)) throw new CelError("no such overload");
    return tell(data);
  };
  const overload: Overload = { id: `decision_${name}`, member: true, params: [decisionType], result, run };
  return { name, overloads: [overload] };
}

function dataIn(receiver: CelValue): unknown {
  return typeof receiver === "object" && receiver !== null && receiver.kind === "opaque" ? receiver.data : undefined;
}

function checkIn(receiver: CelValue): Check {
  const data = dataIn(receiver);
  if (data instanceof Check) return data;
  throw new CelError("no such overload");
}

function textIn(text: CelValue): string {
  if (typeof text === "string") return text;
  throw new CelError("no such overload");
}
