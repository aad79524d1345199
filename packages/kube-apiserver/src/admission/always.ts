import { forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionPlugin } from "@skates/apiserver";

/** Lets everything through, as no plugin at all would; kept for scripts that name it. */
export const alwaysAdmit: AdmissionPlugin = { name: "AlwaysAdmit", handles: () => false };

/** Lets nothing through: for tests of clients. */
export const alwaysDeny: AdmissionPlugin = {
  name: "AlwaysDeny",
  handles: () => true,
  async validate({ resource, name }) {
    throw forbiddenRequest(resource, name, "admission control is denying all modifications");
  },
};
