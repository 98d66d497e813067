// node sse.mjs <url> [token] [document]: runs an operation with the graphql-sse client and prints its events.
import { createClient } from 'graphql-sse';

const [url, token, query = '{ __typename }'] = process.argv.slice(2);
if (!url) {
  console.error('usage: node sse.mjs http://127.0.0.1:8080/graphql/stream [token] [document]');
  process.exit(2);
}
const client = createClient({ url, retryAttempts: 0, headers: token ? { Authorization: `Bearer ${token}` } : {} });
let count = 0;
try {
  for await (const result of client.iterate({ query })) {
    count += 1;
    console.log(JSON.stringify(result));
    if (result.errors) process.exitCode = 1;
  }
  console.log(`${count} events, completed`);
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  client.dispose();
}
