import * as registration from "@skates/api/plugin-registration/v1";
import { methodsOf } from "../grpc-methods.ts";

const plugin = methodsOf("pluginregistration.Registration");

/** By which plugins are asked what they are, and told whether they were taken. */
export const registrationService = {
  getInfo: plugin("GetInfo", registration.InfoRequest, registration.PluginInfo),
  notifyRegistrationStatus: plugin(
    "NotifyRegistrationStatus",
    registration.RegistrationStatus,
    registration.RegistrationStatusResponse,
  ),
};
