// node audits.mjs <url> [token]: the public GraphQL over HTTP audits of graphql-http against a running server.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audits.mjs http://127.0.0.1:8080/graphql [token]');
  process.exit(2);
}
const fetchFn = (target, init = {}) =>
  fetch(target, token ? { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } } : init);
const audits = serverAudits({ url, fetchFn });
let passed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') passed += 1;
  else console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
}
console.log(`${passed} of ${audits.length}`);
process.exit(passed === audits.length ? 0 : 1);
