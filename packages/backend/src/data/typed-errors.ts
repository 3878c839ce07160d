/**
 * Lets a client switch on an error's type. AppSync turns whatever a Lambda throws into `Lambda:Unhandled`, so a resolver
 * returns its errors as data (packages/lambda/src/graphql/envelope.ts) and the template here raises them as GraphQL errors.
 * It serves every function: what a plain handler returns reaches the client unchanged.
 */
import { ENVELOPE_MARK } from '@vpc-postgres/lambda/graphql/envelope.js';
import type { CfnFunctionConfiguration } from 'aws-cdk-lib/aws-appsync';
import { functionCallsIn, type TransformableSchema } from '../functions/function-calls.js';

/** The AppSync functions that Amplify made, by name. */
type AppSyncFunctions = Readonly<Record<string, CfnFunctionConfiguration>>;

/**
 * VTL. The first and the last part are Amplify's own: a timeout, a throttle or a crash of the Lambda arrives in
 * `$ctx.error`. An envelope with an error has no data, which makes the third argument null: VTL has no word for it.
 * @see https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference.html
 */
const RESPONSE_MAPPING = `#if( $ctx.error )
  $util.error($ctx.error.message, $ctx.error.type)
#end
#if( $util.isMap($ctx.result) && $ctx.result.envelope == "${ENVELOPE_MARK}" )
  #if( !$util.isNull($ctx.result.error) )
    $util.error($ctx.result.error.message, $ctx.result.error.type, $ctx.result.data, $ctx.result.error.info)
  #end
  $util.toJson($ctx.result.data)
#else
  $util.toJson($ctx.result)
#end
`;

/**
 * Replaces the response mapping of every function that a field of the schema waits for.
 * @param appSyncFunctions `backend.data.resources.cfnResources.cfnFunctionConfigurations`
 */
export function mapResponses(appSyncFunctions: AppSyncFunctions, schema: TransformableSchema): void {
  const calls = functionCallsIn(schema);
  // Amplify has one AppSync function for each Lambda; an asynchronous call of it returns { success: true }.
  const asynchronous = new Set(calls.filter(({ isAsync }) => isAsync).map(({ name }) => name));
  for (const name of new Set(calls.map((call) => call.name))) {
    if (asynchronous.has(name)) continue;
    const invocation = invocationOf(appSyncFunctions, name);
    invocation.responseMappingTemplate = RESPONSE_MAPPING;
    // AppSync takes one or the other; Amplify uploads its template to S3.
    invocation.responseMappingTemplateS3Location = undefined;
  }
}

/** Amplify names the invocation of `orders-api` InvokeOrdersApiLambdaDataSource. */
function invocationOf(appSyncFunctions: AppSyncFunctions, functionName: string): CfnFunctionConfiguration {
  const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
  const name = plain(`Invoke${functionName}LambdaDataSource`);
  const invocation = Object.values(appSyncFunctions).find((candidate) => plain(candidate.name) === name);
  if (invocation) return invocation;
  // Without the mapping, clients would get the envelope itself.
  const names = Object.values(appSyncFunctions).map((candidate) => candidate.name);
  throw new Error(
    `Amplify made no AppSync function that invokes '${functionName}', only: ${names.join(', ') || 'none'}.`,
  );
}
