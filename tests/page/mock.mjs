// A stand-in for the server, just large enough to work on the page: node mock.mjs [PORT]
// Login "root", password "upline-demo". SESSION_SECONDS=5 makes tokens expire quickly, to watch renewal.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildSchema, graphql } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const port = Number(process.argv[2] ?? 8080);
const lifetime = Number(process.env.SESSION_SECONDS ?? 600) * 1000;
const dist = fileURLToPath(new URL("../../playground/dist/", import.meta.url));
const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".md": "text/markdown; charset=utf-8",
};
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:";

const schema = buildSchema(`
  "The entry points for reading."
  type Query { "Whoever is signed in." viewer: Viewer ranks: [Rank!]! }
  type Viewer { account: Account! partner: Partner }
  type Account { id: ID! login: String! email: String createdAt: String! }
  type Rank { code: String! name: String! position: Int! }
  "A node of the network."
  type Partner {
    id: ID! number: String! displayName: String! referralCode: String! status: String! joinedAt: String! rank: Rank sponsor: Partner
    downline(first: Int = 20, after: String): PartnerConnection!
    directs(first: Int = 20): PartnerConnection!
    commissions(first: Int = 20): CommissionConnection!
  }
  type PartnerConnection { nodes: [Partner!]! pageInfo: PageInfo! totalCount: Int! }
  type CommissionConnection { nodes: [Commission!]! }
  type Commission { amount: Money! status: String! }
  type Money { amount: String! currency: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Session { accessToken: String! refreshToken: String! expiresAt: String! }
  type UserError { code: String! message: String! field: [String!] }
  type SessionPayload { session: Session userErrors: [UserError!]! }
  type LogOutPayload { userErrors: [UserError!]! }
  input LogInInput { login: String! password: String! }
  input RefreshTokenInput { refreshToken: String! }
  input LogOutInput { refreshToken: String! }
  type Mutation {
    logIn(input: LogInInput!): SessionPayload
    refreshToken(input: RefreshTokenInput!): SessionPayload
    logOut(input: LogOutInput!): LogOutPayload
  }
  type PartnerJoined { cursor: String! level: Int! partner: Partner! }
  type Subscription { partnerJoined(depth: Int = 10, after: String): PartnerJoined! }
`);

const accessTokens = new Map();
const refreshTokens = new Set();
const names = ["Ada Berg", "Bo Lind", "Cleo Marsh", "Dan Ortiz", "Eva Roth", "Finn Sato", "Gia Torre", "Hal Usher"];
const rank = { code: "GOLD", name: "Gold", position: 3 };

function partner(index) {
  return {
    id: `partner-${index}`,
    number: String(1000 + index),
    displayName: names[index % names.length],
    referralCode: `REF${index}`,
    status: "ACTIVE",
    joinedAt: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
    rank,
    downline: ({ first }) => partners(first, 8),
    directs: ({ first }) => partners(first, 2),
    commissions: { nodes: [{ amount: { amount: "12.5000", currency: "USD" }, status: "PAYABLE" }] },
  };
}

function partners(first, count) {
  const nodes = Array.from({ length: Math.min(first, count) }, (_, index) => partner(index + 1));
  return { nodes, pageInfo: { hasNextPage: false, endCursor: null }, totalCount: count };
}

function openSession() {
  const session = { accessToken: randomUUID(), refreshToken: randomUUID(), expiresAt: new Date(Date.now() + lifetime).toISOString() };
  accessTokens.set(session.accessToken, Date.now() + lifetime);
  refreshTokens.add(session.refreshToken);
  return { session, userErrors: [] };
}

function refuse(code, message, field) {
  return { session: null, userErrors: [{ code, message, field }] };
}

const isSignedIn = (authorization) => (accessTokens.get(String(authorization ?? "").replace("Bearer ", "")) ?? 0) > Date.now();

const root = {
  viewer: (_, { signedIn }) =>
    signedIn ? { account: { id: "account-1", login: "root", email: "root@example.com", createdAt: "2026-01-01T00:00:00Z" }, partner: partner(0) } : null,
  ranks: () => [rank],
  logIn: ({ input }) =>
    input.login === "root" && input.password === "upline-demo"
      ? openSession()
      : refuse("INVALID_CREDENTIALS", "Username or password is wrong.", ["password"]),
  refreshToken: ({ input }) =>
    refreshTokens.delete(input.refreshToken) ? openSession() : refuse("TOKEN_INVALID", "The refresh token is not valid.", ["refreshToken"]),
  logOut: ({ input }) => {
    refreshTokens.delete(input.refreshToken);
    return { userErrors: [] };
  },
  async *partnerJoined() {
    for (let index = 1; ; index += 1) {
      await delay(500);
      yield { partnerJoined: { cursor: `cursor-${index}`, level: 1, partner: { ...partner(index), sponsor: partner(0) } } };
    }
  },
};

async function answerGraphQL(request, response) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { query, variables, operationName } = JSON.parse(body);
  const contextValue = { signedIn: isSignedIn(request.headers.authorization) };
  const result = await graphql({ schema, source: query, rootValue: root, variableValues: variables, operationName, contextValue });
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result));
}

async function answerFile(path, response) {
  const name = normalize(path === "/" ? "index.html" : path.slice(1));
  try {
    const content = name.startsWith("..") ? null : await readFile(join(dist, name));
    response.writeHead(200, { "Content-Type": contentTypes[extname(name)], "Content-Security-Policy": contentSecurityPolicy }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const answered = pathname === "/graphql" ? answerGraphQL(request, response) : answerFile(pathname, response);
  answered.catch((error) => response.writeHead(400).end(String(error)));
});
useServer({ schema, roots: { subscription: root }, onConnect: ({ connectionParams }) => isSignedIn(connectionParams?.Authorization) }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
