/** The function's own handler, in one bundle with the driver that it uses: what lets its connection be found. */

export { Batch } from '@vpc-postgres/lambda/database/batch.js';
export { handler } from '@vpc-postgres/testing/app/amplify/functions/orders-api/handler.js';
export { default as pg } from 'pg';
