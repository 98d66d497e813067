// node ws.mjs <url> [token] [document]: runs an operation with the graphql-ws client and prints its events.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, token, query = '{ __typename }'] = process.argv.slice(2);
if (!url) {
  console.error('usage: node ws.mjs ws://127.0.0.1:8080/graphql [token] [document]');
  process.exit(2);
}
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  retryAttempts: 0,
  connectionParams: token ? { Authorization: `Bearer ${token}` } : undefined,
});
let count = 0;
try {
  for await (const result of client.iterate({ query })) {
    count += 1;
    console.log(JSON.stringify(result));
    if (result.errors) process.exitCode = 1;
  }
  console.log(`${count} events, completed`);
} catch (error) {
  console.error(error.code ? `closed with ${error.code}: ${error.reason}` : JSON.stringify(error));
  process.exitCode = 1;
} finally {
  await client.dispose();
}
