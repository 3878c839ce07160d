import { render } from '@vpc-postgres/testing/support/appsync-template.js';
import type { Synthesis } from '@vpc-postgres/testing/support/cloud-assembly.js';
import { synthesizeExample } from '@vpc-postgres/testing/support/example-synthesis.js';
import { beforeAll, describe, expect, test } from 'vitest';

let example: Synthesis;

beforeAll(async () => {
  example = await synthesizeExample();
});

describe("the answer to the function's envelope", () => {
  let template: string;

  beforeAll(() => {
    const functions = Object.values(
      example.nested('dataamplifyDataFunctionDirectiveStack').findResources('AWS::AppSync::FunctionConfiguration', {
        Properties: { Name: 'InvokeOrdersApiLambdaDataSource' },
      }),
    );
    expect(functions).toHaveLength(1);
    // AppSync takes an inline template or one in S3, not both.
    expect(functions[0]?.Properties).not.toHaveProperty('ResponseMappingTemplateS3Location');
    template = functions[0]?.Properties.ResponseMappingTemplate;
  });

  test("an envelope's data passes through", () => {
    expect(
      render(template, { result: { envelope: 'vpc-postgres', data: { id: '42', lines: [{ quantity: 1 }] } } }),
    ).toEqual({ data: { id: '42', lines: [{ quantity: 1 }] } });
  });

  test("an envelope's null is null, and no error", () => {
    expect(render(template, { result: { envelope: 'vpc-postgres', data: null } })).toEqual({ data: null });
  });

  test('a returned error is raised with its type and its info, and without data', () => {
    const result = {
      envelope: 'vpc-postgres',
      error: { type: 'InvalidInput', message: 'quantity must be 1 or more', info: { field: 'quantity' } },
    };

    expect(render(template, { result })).toEqual({
      error: { message: 'quantity must be 1 or more', type: 'InvalidInput', data: null, info: { field: 'quantity' } },
    });
  });

  test('a returned error without info is raised without info', () => {
    const result = { envelope: 'vpc-postgres', error: { type: 'OrderNotFound', message: 'No such order' } };

    expect(render(template, { result })).toEqual({
      error: { message: 'No such order', type: 'OrderNotFound', data: null, info: null },
    });
  });

  test.each([
    ['an object that has data', { data: { id: '42' } }],
    ['an object that has an error', { error: { type: 'OrderNotFound', message: 'No such order' } }],
    ['an object with another mark', { envelope: 'other', data: 1 }],
    ['a string', 'text'],
    ['a list', [1, { data: 2 }]],
    ['null', null],
  ])('what a plain handler returns passes through unchanged: %s', (_, result) => {
    expect(render(template, { result })).toEqual({ data: result });
  });

  test('a timeout or a crash of the function keeps the type that AppSync gave it', () => {
    const error = { type: 'Lambda:Unhandled', message: 'Task timed out after 15.00 seconds' };

    expect(render(template, { error, result: null })).toEqual({
      error: { message: 'Task timed out after 15.00 seconds', type: 'Lambda:Unhandled', data: null, info: null },
    });
  });
});
