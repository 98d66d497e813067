// Sends one GraphQL document over and over and reports latency and the server's own CPU per request.
//
//   node benches/load.mjs URL USERNAME PASSWORD DOCUMENT.graphql [VARIABLES.json]
//
// Environment: CONNECTIONS (16), SECONDS (10), SERVER_PID (its CPU is read from /proc), BASELINE (a second document, measured in the same run: the
// result is also given as a ratio, because times on shared machines mean little).
// Every answer is looked at: one with errors ends the run.
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";

const [url, username, password, documentFile, variablesFile] = process.argv.slice(2);
if (!documentFile) {
  console.error("usage: node benches/load.mjs URL USERNAME PASSWORD DOCUMENT.graphql [VARIABLES.json]");
  process.exit(2);
}
const connections = Number(process.env.CONNECTIONS ?? 16);
const seconds = Number(process.env.SECONDS ?? 10);
const pid = process.env.SERVER_PID;
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const endpoint = new URL(url);

function send(body, token) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    if (token) headers.authorization = `Bearer ${token}`;
    const call = request(endpoint, { method: "POST", agent, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve(Buffer.concat(parts)));
    });
    call.on("error", reject);
    call.end(body);
  });
}

async function cpuMilliseconds() {
  if (!pid) return undefined;
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(body, token) {
  const first = JSON.parse(await send(body, token));
  if (first.errors) throw new Error(JSON.stringify(first.errors));
  const length = JSON.stringify(first).length;
  for (let i = 0; i < 200; i += 1) await send(body, token);
  const times = [];
  const cpu = await cpuMilliseconds();
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const start = performance.now();
        const answer = await send(body, token);
        times.push(performance.now() - start);
        if (answer.includes('"errors"')) throw new Error(answer.toString());
      }
    }),
  );
  const used = cpu === undefined ? undefined : (await cpuMilliseconds()) - cpu;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return {
    requests: times.length,
    perSecond: Math.round(times.length / seconds),
    p50: at(0.5).toFixed(2),
    p99: at(0.99).toFixed(2),
    cpuPerRequest: used === undefined ? undefined : (used / times.length).toFixed(3),
    answerBytes: length,
  };
}

const logIn = `mutation ($input: LogInInput!) { logIn(input: $input) { session { accessToken } userErrors { message } } }`;
const answer = JSON.parse(await send(JSON.stringify({ query: logIn, variables: { input: { login: username, password } } })));
const token = answer.data?.logIn?.session?.accessToken;
if (!token) throw new Error(`cannot sign in: ${JSON.stringify(answer)}`);

const variables = variablesFile ? JSON.parse(await readFile(variablesFile, "utf8")) : undefined;
const body = JSON.stringify({ query: await readFile(documentFile, "utf8"), variables });
const result = await measure(body, token);
console.log(`document  ${JSON.stringify(result)}`);
if (process.env.BASELINE) {
  const baseline = await measure(JSON.stringify({ query: await readFile(process.env.BASELINE, "utf8") }), token);
  console.log(`baseline  ${JSON.stringify(baseline)}`);
  if (result.cpuPerRequest) console.log(`ratio     CPU ${(result.cpuPerRequest / baseline.cpuPerRequest).toFixed(2)}, p50 ${(result.p50 / baseline.p50).toFixed(2)}`);
}
agent.destroy();
