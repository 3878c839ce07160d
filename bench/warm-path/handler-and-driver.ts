/** The function's own handler, in one bundle with the driver that it uses: what lets its connection be found. */
export { default as pg } from 'pg';
export { handler } from '../../amplify/functions/orders-api/handler.js';
export { Batch } from '../../src/database/batch.js';
