import type { openApiDocument } from "../openapi.ts";
import { code, GENERATED, markdownTable } from "./markdown.ts";

type Document = ReturnType<typeof openApiDocument>;

interface JsonSchema {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: JsonSchema;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

const INTRODUCTION = `The machine-readable form is [openapi.json](openapi.json), also served at \`/openapi.json\`. Offsets are UTF-16 units, half open. Errors
are problem documents (RFC 9457, \`application/problem+json\`) with a stable \`code\`: see [errors.md](errors.md). When the server has keys,
every request below \`/v1\` needs \`Authorization: Bearer <key>\`. A well-formed \`X-Request-Id\` is kept and sent back. The typed client is
\`createClient\` of \`@galen/server/client\`.`;

/** docs/http-api.md: every route, then every shape. */
export function httpApiDocument({ paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      title: `${method.toUpperCase()} ${path}`,
      operation: operation as Operation,
    })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.flatMap((tag) => [
    `## ${tag}`,
    ...operations
      .filter(({ operation }) => operation.tags.includes(tag))
      .map(({ title, operation }) => describeOperation(title, operation)),
  ]);
  const shapes = Object.entries(components.schemas).map(([name, schema]) => describeShape(name, schema as JsonSchema));
  return [GENERATED, "# HTTP API", INTRODUCTION, ...sections, "## Shapes", ...shapes].join("\n\n").concat("\n");
}

function describeOperation(
  title: string,
  { summary, description, parameters = [], requestBody, responses }: Operation,
): string {
  const shown = parameters.filter((parameter) => parameter.in !== "path");
  const rows = shown.map((parameter) => [
    code(parameter.name),
    parameter.in,
    typeOf(parameter.schema),
    parameter.description ?? "",
  ]);
  const answers = Object.entries(responses).filter(([status]) => status !== "default");
  return [
    `### ${title}`,
    `${summary}.${description === undefined ? "" : ` ${description}`}`,
    ...(rows.length > 0 ? [markdownTable(["parameter", "in", "type", "meaning"], rows)] : []),
    ...(requestBody === undefined ? [] : [`Body: ${contentOf(requestBody.content)}`]),
    markdownTable(
      ["status", "meaning", "body"],
      answers.map(([status, answer]) => [status, answer.description, contentOf(answer.content ?? {})]),
    ),
  ].join("\n\n");
}

function describeShape(name: string, schema: JsonSchema): string {
  const properties = Object.entries(schema.properties ?? {});
  const rows = properties.map(([property, value]) => [
    code(property),
    typeOf(value),
    schema.required?.includes(property) === true ? "yes" : "",
    [value.description, value.default === undefined ? undefined : `Default: ${code(JSON.stringify(value.default))}.`]
      .filter(Boolean)
      .join(" "),
  ]);
  const body = rows.length > 0 ? markdownTable(["field", "type", "required", "meaning"], rows) : typeOf(schema);
  return `### ${name}\n\n${schema.description === undefined ? "" : `${schema.description}.\n\n`}${body}`;
}

function contentOf(content: Content): string {
  return Object.entries(content)
    .filter(([media]) => media !== "application/problem+json")
    .map(([media, { schema }]) => `${typeOf(schema)}${media === "application/json" ? "" : ` as ${code(media)}`}`)
    .join(", ");
}

function typeOf({ $ref, type, items, anyOf, oneOf, allOf, additionalProperties, ...schema }: JsonSchema): string {
  if ($ref !== undefined) return reference($ref);
  const branches = anyOf ?? oneOf ?? allOf;
  if (branches !== undefined) return [...new Set(branches.map(typeOf))].join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(", ");
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (type === "array") return `list of ${typeOf(items ?? {})}`;
  if (type === "object" && schema.properties !== undefined)
    return `object with ${Object.keys(schema.properties).map(code).join(", ")}`;
  if (type === "object" && typeof additionalProperties === "object") return `map of ${typeOf(additionalProperties)}`;
  return type ?? "any";
}

function reference(pointer: string): string {
  const name = pointer.split("/").at(-1) ?? pointer;
  return `[${name}](#${name.toLowerCase()})`;
}
