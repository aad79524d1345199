import { readKubeconfig } from "@skates/client/node";
import { messageOf } from "@skates/component-base";
import type { WebhookTarget } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";

/** The webhook that a kubeconfig names: its server is the address that is posted to. Throws a usage error that names the flag. */
export async function webhookTargetOf(flag: string, file: string): Promise<WebhookTarget> {
  try {
    const { server, ca, cert, key, token, serverName, insecure } = await readKubeconfig(file);
    return { url: server, ca, credentials: { cert, key, token: await token?.(), serverName, insecure } };
  } catch (error) {
    throw usageError(`--${flag} ${file} cannot be used: ${messageOf(error)}`);
  }
}
