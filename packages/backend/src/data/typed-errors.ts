/**
 * Lets a client switch on an error's type. AppSync turns whatever a Lambda throws into `Lambda:Unhandled`, so our
 * functions return their errors as data (packages/lambda/src/graphql/envelope.ts) and the template here raises them as GraphQL errors.
 */
import type { CfnFunctionConfiguration } from 'aws-cdk-lib/aws-appsync';

/** The AppSync functions that Amplify made, by name. */
type AppSyncFunctions = Readonly<Record<string, CfnFunctionConfiguration>>;

/**
 * VTL. The first part is Amplify's own: a time-out, a throttle or a crash of the Lambda arrives in `$ctx.error`. An
 * envelope with an error has no data, which makes the third argument null: VTL has no word for it.
 * @see https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference.html
 */
const RAISE_RETURNED_ERROR = `#if( $ctx.error )
  $util.error($ctx.error.message, $ctx.error.type)
#end
#if( !$util.isNull($ctx.result.error) )
  $util.error($ctx.result.error.message, $ctx.result.error.type, $ctx.result.data, $ctx.result.error.info)
#end
$util.toJson($ctx.result.data)
`;

/** For the functions of these names in `defineData`, whose handlers answer with an envelope. */
export function raiseReturnedErrors(appSyncFunctions: AppSyncFunctions, functionNames: readonly string[]): void {
  for (const functionName of functionNames) {
    const invocation = invocationOf(appSyncFunctions, functionName);
    invocation.responseMappingTemplate = RAISE_RETURNED_ERROR;
    // AppSync takes one or the other; Amplify uploads its template to S3.
    invocation.responseMappingTemplateS3Location = undefined;
  }
}

/** Amplify names the invocation of `orders-api` InvokeOrdersApiLambdaDataSource. */
function invocationOf(appSyncFunctions: AppSyncFunctions, functionName: string): CfnFunctionConfiguration {
  const pascalCase = functionName.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
  const name = `Invoke${pascalCase}LambdaDataSource`;
  const invocation = Object.values(appSyncFunctions).find((candidate) => candidate.name === name);
  if (invocation) return invocation;
  // Silence here would send clients the envelope's errors as empty data.
  const names = Object.values(appSyncFunctions).map((candidate) => candidate.name);
  throw new Error(
    `AppSync has no function ${name}, whose errors are to be raised; it has ${names.join(', ')}. ` +
      `Use the name that a.handler.function() has in data/schema.ts instead of '${functionName}'.`,
  );
}
