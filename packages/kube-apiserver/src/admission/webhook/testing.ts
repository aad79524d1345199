import type { Stage } from "@skates/apiserver";
import { ADMIN, type Answer, startTestServer, type TestServer } from "../../node/testing.ts";
import { type SeenRequest, startWebhookServer, type WebhookTestServer } from "../../node/testing-webhooks.ts";
import { webhookDialer } from "../../node/webhook-dialer.ts";

export const admin = { user: ADMIN };
export const GROUP = "/apis/admissionregistration.k8s.io/v1";
export const MUTATING = `${GROUP}/mutatingwebhookconfigurations`;
export const VALIDATING = `${GROUP}/validatingwebhookconfigurations`;
export const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

/** What is said of a webhook that is to blame. */
export const FAILED = '500 Internal error occurred: failed calling webhook "maps.example.com": ';
export const INVALID = `${FAILED}received invalid webhook response: `;

interface Response {
  readonly allowed: boolean;
  readonly [key: string]: unknown;
}

/** An answer to the question that was asked. */
export function review(request: SeenRequest, response: Response) {
  const { apiVersion, kind } = request.body;
  return { apiVersion, kind, response: { uid: request.body.request.uid, ...response } };
}

export function allowed(request: SeenRequest) {
  return review(request, { allowed: true });
}

export function patching(...operations: readonly object[]) {
  const patch = btoa(JSON.stringify(operations));
  return (request: SeenRequest) => review(request, { allowed: true, patchType: "JSONPatch", patch });
}

export function map(name: string, more: object = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { key: "value" }, ...more };
}

export function refusal({ status, body }: Answer) {
  return [status, body.reason, body.message];
}

/** A server in process, and a real HTTPS server that it asks. */
export class WebhookWorld {
  readonly at: TestServer;
  readonly hook: WebhookTestServer;
  readonly #noted: Noted;

  private constructor(at: TestServer, hook: WebhookTestServer, noted: Noted) {
    this.at = at;
    this.hook = hook;
    this.#noted = noted;
  }

  static async start(): Promise<WebhookWorld> {
    const hook = await startWebhookServer(allowed);
    const noted: Noted = { notes: {} };
    const audit = () => ({ stage: noting(noted), unauthenticated: () => undefined });
    return new WebhookWorld(await startTestServer({ webhooks: webhookDialer(), audit }), hook, noted);
  }

  async stop(): Promise<void> {
    await this.at.stop();
    await this.hook.close();
  }

  /** Takes all configurations away; the webhook allows everything again. */
  async reset(): Promise<void> {
    for (const path of [MUTATING, VALIDATING]) await this.at.call(admin, "DELETE", path);
    this.hook.answer(allowed);
  }

  /** What admission noted about the last request on config maps. */
  get notes(): Record<string, string> {
    return this.#noted.notes;
  }

  /** A webhook about config maps, but for what is given. */
  webhook(more: object = {}) {
    return {
      name: "maps.example.com",
      clientConfig: { url: `${this.hook.url}/ask`, caBundle: this.hook.caBundle },
      rules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      ...more,
    };
  }

  async configure(path: string, ...webhooks: readonly object[]): Promise<void> {
    await this.configureAs("hooks", path, webhooks);
  }

  async configureAs(name: string, path: string, webhooks: readonly object[]): Promise<void> {
    const kind = path === MUTATING ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
    const body = { apiVersion: "admissionregistration.k8s.io/v1", kind, metadata: { name }, webhooks };
    const { status, body: answer } = await this.at.call(admin, "POST", path, body);
    if (status !== 201) throw new Error(`${status} ${answer.message}`);
  }

  create(name: string, more: object = {}, query = ""): Promise<Answer> {
    return this.at.call(admin, "POST", CONFIG_MAPS + query, map(name, more));
  }

  /** What a client is told when the webhook answers so. */
  async said(name: string, answering: (request: SeenRequest) => unknown): Promise<string> {
    this.hook.answer(answering);
    const { status, body } = await this.create(name);
    return `${status} ${body.message ?? ""}`;
  }

  questionsSince(count: number) {
    return this.hook.seen.slice(count).map(({ body }) => body.request);
  }
}

interface Noted {
  notes: Record<string, string>;
}

function noting(noted: Noted): Stage {
  return (next) => async (context) => {
    try {
      return await next(context);
    } finally {
      if (context.route.resource === "configmaps") {
        const own = [...context.annotations].filter(([key]) => !key.startsWith("authorization.k8s.io/"));
        noted.notes = Object.fromEntries(own);
      }
    }
  };
}
