import type { Authorizer } from "../auth.ts";
import type { Stage } from "../context.ts";
import { requestAttributes } from "../request-attributes.ts";
import { impersonated } from "./modes.ts";
import { wantedUser } from "./wanted-user.ts";

/** Lets users act as others whom they may impersonate: `kubectl --as`. The rest of the chain sees the other user only. */
export function impersonation(authorizer: () => Authorizer): Stage {
  return (next) => async (context) => {
    const wanted = wantedUser(context.request);
    if (wanted === undefined) return await next(context);
    const request = requestAttributes(context);
    const { user, constraint } = await impersonated({ authorizer: authorizer(), request, wanted }, context.signal);
    context.impersonation = { requester: context.user, constraint };
    context.user = user;
    return await next(context);
  };
}
