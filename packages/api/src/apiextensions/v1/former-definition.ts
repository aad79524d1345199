import {
  type ApiObject,
  type FormerVersion,
  type Infer,
  list,
  type ObjectMeta,
  opt,
  ref,
  req,
  string,
  type Struct,
  struct,
} from "@skates/apimachinery";
import {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  CustomResourceValidation,
  SelectableField,
  WebhookClientConfig,
} from "./custom-resource-definition.ts";

/** Definitions as upstream stores them to this day: what is the same in all versions stands once, beside them. Only read. */
export const formerDefinition: FormerVersion = {
  apiVersion: "apiextensions.k8s.io/v1beta1",
  schema: formerSchema(),
  toHub: (object) => toV1(asFormer(object)),
};

interface FormerColumn extends Omit<CustomResourceColumnDefinition, "jsonPath"> {
  readonly JSONPath: string;
}
interface FormerVersionOf extends Omit<CustomResourceDefinitionVersion, "additionalPrinterColumns"> {
  readonly additionalPrinterColumns?: readonly FormerColumn[] | undefined;
}
interface Former extends ApiObject {
  readonly metadata: ObjectMeta;
  readonly spec: Omit<CustomResourceDefinitionSpec, "versions" | "conversion"> & {
    readonly version?: string | undefined;
    readonly versions?: readonly FormerVersionOf[] | undefined;
    readonly validation?: CustomResourceValidation | undefined;
    readonly subresources?: CustomResourceSubresources | undefined;
    readonly additionalPrinterColumns?: readonly FormerColumn[] | undefined;
    readonly selectableFields?: readonly SelectableField[] | undefined;
    readonly conversion?: {
      readonly strategy: string;
      readonly webhookClientConfig?: WebhookClientConfig | undefined;
      readonly conversionReviewVersions?: readonly string[] | undefined;
    };
  };
  readonly status?: CustomResourceDefinition["status"];
}

function formerSchema(): Struct {
  const name = (kind: string): string => `apiextensions.k8s.io/v1beta1.${kind}`;
  const { jsonPath: _, ...columnFields } = CustomResourceColumnDefinition.fields;
  const column = struct(name("CustomResourceColumnDefinition"), {
    ...columnFields,
    JSONPath: req(6, string, "Path of its values."),
  });
  const columns = list(ref<Infer<typeof column>>(() => column));
  const version = struct(name("CustomResourceDefinitionVersion"), {
    ...CustomResourceDefinitionVersion.fields,
    additionalPrinterColumns: opt(6, columns, "Columns of tables."),
  });
  const conversion = struct(name("CustomResourceConversion"), {
    strategy: CustomResourceConversion.fields.strategy,
    webhookClientConfig: opt(
      2,
      ref<WebhookClientConfig>(() => WebhookClientConfig),
      "How the webhook is reached.",
    ),
    conversionReviewVersions: opt(3, list(string), "Versions of the question it knows, best first."),
  });
  const { versions: _versions, conversion: _conversion, ...specFields } = CustomResourceDefinitionSpec.fields;
  const spec = struct(name("CustomResourceDefinitionSpec"), {
    ...specFields,
    version: opt(2, string, "The only version, or the first."),
    validation: opt(
      5,
      ref<CustomResourceValidation>(() => CustomResourceValidation),
      "What objects of all versions look like.",
    ),
    subresources: opt(
      6,
      ref<CustomResourceSubresources>(() => CustomResourceSubresources),
      "Subresources of all versions.",
    ),
    versions: opt(7, list(ref<Infer<typeof version>>(() => version)), "The versions."),
    additionalPrinterColumns: opt(8, columns, "Columns of all versions."),
    conversion: opt(
      9,
      ref<Infer<typeof conversion>>(() => conversion),
      "How versions are turned into each other.",
    ),
    selectableFields: opt(
      11,
      list(ref<SelectableField>(() => SelectableField)),
      "Fields that lists can be narrowed by.",
    ),
  });
  return struct(name("CustomResourceDefinition"), {
    ...CustomResourceDefinition.fields,
    spec: req(
      2,
      ref<Infer<typeof spec>>(() => spec),
      "What is wanted.",
    ),
  });
}

/** Decoded by that schema. */
function asFormer(object: ApiObject): Former {
  return object as Former;
}

function toV1({ spec, ...rest }: Former): ApiObject {
  const {
    version = "",
    versions = [],
    validation,
    subresources,
    additionalPrinterColumns,
    selectableFields,
    ...same
  } = spec;
  const listed: readonly FormerVersionOf[] =
    versions.length > 0 ? versions : [{ name: version, served: true, storage: true }];
  const { conversion, ...others } = same;
  const hub: CustomResourceDefinitionSpec = {
    ...others,
    versions: listed.map((one) => ({
      ...one,
      schema: one.schema ?? validation,
      subresources: one.subresources ?? subresources,
      selectableFields: one.selectableFields ?? selectableFields,
      additionalPrinterColumns: (one.additionalPrinterColumns ?? additionalPrinterColumns)?.map(
        ({ JSONPath: jsonPath, ...column }) => ({ ...column, jsonPath }),
      ),
    })),
    ...(conversion === undefined ? {} : { conversion: conversionOf(conversion) }),
  };
  return Object.assign({}, rest, { spec: hub });
}

function conversionOf({
  strategy,
  webhookClientConfig: clientConfig,
  conversionReviewVersions = ["v1beta1"],
}: NonNullable<Former["spec"]["conversion"]>): CustomResourceConversion {
  return strategy === "Webhook" ? { strategy, webhook: { clientConfig, conversionReviewVersions } } : { strategy };
}
