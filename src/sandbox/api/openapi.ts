import { z } from 'zod';
import { refusalSchema, type Answer, type Operation } from './operation.ts';

type Json = Readonly<Record<string, unknown>>;

/** Describes operations in OpenAPI 3.1. */
export function describeOperations(operations: readonly Operation[], server: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sandbox',
      version: '1',
      description: 'Made-up people, their messages, clients and time. It exists in sandboxes only.',
    },
    servers: [{ url: server }],
    paths,
  };
}

function describe(operation: Operation): Json {
  const { params, query, body } = operation.input;
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')];
  const { method, path } = operation;
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-z]+([a-z])/gu, (_, letter: string) => letter.toUpperCase()).replaceAll(/[^A-Za-z]/gu, '')}`,
    summary: operation.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: json(schemaOf(body, 'input')),
          },
        }),
    responses: Object.fromEntries(
      Object.entries(operation.answers).map(([status, answer]) => [
        status,
        responseOf(Number(status), answer),
      ]),
    ),
  };
}

function responseOf(status: number, { description, schema }: Answer): Json {
  const shown = status >= 400 ? refusalSchema : schema;
  return { description, ...(shown === undefined ? {} : { content: json(schemaOf(shown, 'output')) }) };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, described]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: described,
  }));
}

function json(schema: unknown): Json {
  return { 'application/json': { schema } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return described;
}
