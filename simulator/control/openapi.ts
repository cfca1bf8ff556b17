/** The controls as an OpenAPI 3.1 document, made from the schemas that validate them. */
import { z } from 'zod';
import { controls, type Control } from './description.ts';

/** The document; `origin` is where it is served. */
export function openApiDocument(origin: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const control of controls) {
    const path = `/sim/api${control.path}`;
    paths[path] = { ...paths[path], [control.method.toLowerCase()]: operationOf(control) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Smartcar simulator: controls',
      version: '1',
      description: 'Not a part of Smartcar: breaks cars, moves the clock, and shows what was asked and delivered.',
    },
    servers: [{ url: origin }],
    paths,
    components: {
      schemas: {
        Refusal: { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] },
      },
    },
  };
}

function operationOf({
  method,
  path,
  summary,
  body,
  example,
  mayRefuse,
  status = 200,
}: Control): Record<string, unknown> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const refusal = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } } };
  return {
    summary,
    operationId: operationId(method, path),
    tags: [path.split('/')[1] ?? 'description'].map((tag) => (tag === '' ? 'description' : tag)),
    ...(names.length === 0
      ? {}
      : { parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: {
              'application/json': {
                schema: schemaOf(body),
                ...(example === undefined ? {} : { example }),
              },
            },
          },
        }),
    responses: {
      [status]: { description: 'Done.', content: { 'application/json': { schema: { type: 'object' } } } },
      ...(body === undefined && mayRefuse === undefined
        ? {}
        : { 400: { description: 'A sentence that says what is wrong.', ...refusal } }),
      ...(names.length === 0 ? {} : { 404: { description: 'There is no such thing.', ...refusal } }),
    },
  };
}

function schemaOf(body: z.ZodType): unknown {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return schema;
}

function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter(Boolean);
  return [method.toLowerCase(), ...words].join('_');
}
