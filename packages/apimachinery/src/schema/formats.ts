import {
  isCIdentifier,
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEnvVarName,
  isHttpHeaderName,
  isLabelValue,
  isPathSegmentName,
  isPercent,
  isPortName,
  isQualifiedName,
  isRelaxedEnvVarName,
  isWildcardDns1123Subdomain,
} from "../text/names.ts";

/** Answers what is wrong with a text, or nothing. */
export type Format = (text: string) => readonly string[];

/** The text formats that the facet `format` names. */
export const formats: Readonly<Record<string, Format>> = {
  cIdentifier: isCIdentifier,
  configMapKey: isConfigMapKey,
  dns1035Label: isDns1035Label,
  dns1123Label: isDns1123Label,
  dns1123Subdomain: isDns1123Subdomain,
  envVarName: isEnvVarName,
  httpHeaderName: isHttpHeaderName,
  labelValue: isLabelValue,
  pathSegmentName: isPathSegmentName,
  percent: isPercent,
  portName: isPortName,
  qualifiedName: isQualifiedName,
  relaxedEnvVarName: isRelaxedEnvVarName,
  wildcardDns1123Subdomain: isWildcardDns1123Subdomain,
};
