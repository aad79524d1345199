/** Messages by which plugins tell the kubelet that they are there (`pluginregistration`, version v1). Field descriptions are left out, as in CRI. */
export {
  InfoRequest,
  PLUGIN_TYPE,
  PluginInfo,
  RegistrationStatus,
  RegistrationStatusResponse,
} from "./registration.ts";
