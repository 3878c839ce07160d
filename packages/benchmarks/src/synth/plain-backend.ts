/** The same sign-in, API and function, as Amplify's own starter has them: outside of any VPC, without a database. */
import { defineBackend } from '@aws-amplify/backend';
import { hardenAuth, mapResponses, resourcesOf } from '@vpc-postgres/backend';
import { auth } from '@vpc-postgres/testing/app/amplify/auth/resource.js';
import { defineApi } from '@vpc-postgres/testing/app/amplify/data/resource.js';
import { schema } from '@vpc-postgres/testing/app/amplify/data/schema.js';
import { functions } from '@vpc-postgres/testing/app/amplify/functions/functions.js';

const backend = defineBackend({ auth, data: defineApi(), ...resourcesOf(functions) });
hardenAuth(backend.auth.resources.cfnResources, 'retain');
mapResponses(backend.data.resources.cfnResources.cfnFunctionConfigurations, schema);
