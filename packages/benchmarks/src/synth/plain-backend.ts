/** The same sign-in, API and function, as Amplify's own starter has them: outside of any VPC, without a database. */
import { defineBackend } from '@aws-amplify/backend';
import { hardenAuth } from '@vpc-postgres/backend/auth/hardening.js';
import { raiseReturnedErrors } from '@vpc-postgres/backend/data/typed-errors.js';
import { auth } from '@vpc-postgres/testing/app/amplify/auth/resource.js';
import { defineApi } from '@vpc-postgres/testing/app/amplify/data/resource.js';
import { ordersApi } from '@vpc-postgres/testing/app/amplify/functions/orders-api/resource.js';

const backend = defineBackend({ auth, data: defineApi(), ordersApi });
hardenAuth(backend.auth.resources.cfnResources, true);
raiseReturnedErrors(backend.data.resources.cfnResources.cfnFunctionConfigurations, ['orders-api']);
