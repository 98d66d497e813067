import { type ExecutionResult, GraphQLError } from "graphql";
import { type Client, createClient } from "graphql-ws";

/** One GraphQL request, as it goes over the wire. */
export interface Request {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown>;
}

/** A server's answer, and the server's own time of it: the browser's clock may be wrong. */
export interface Answer {
  result: ExecutionResult;
  answeredAt: number;
}

const endpoint = new URL("graphql", document.baseURI);

/** Sends a query or mutation. Rejects with a sentence for people when no GraphQL answer comes back. */
export async function post(request: Request, headers: Record<string, string>): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
      },
      body: JSON.stringify(request),
    });
  } catch {
    throw new Error(`No answer from ${endpoint.href}. Check that the server runs and that you are connected to it.`);
  }
  const answeredAt = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  try {
    return { result: (await response.json()) as ExecutionResult, answeredAt };
  } catch {
    throw new Error(`${endpoint.href} answered ${response.status} ${response.statusText} instead of GraphQL. Check what stands between this page and the server.`);
  }
}

/** Listens to a running subscription. */
export interface Observer {
  next(result: ExecutionResult): void;
  complete(): void;
}

/** What a caught error says. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A sentence for people, in the shape of an answer. */
export function failure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}

/**
 * Opens a subscription on a socket of its own, so that it carries the sign-in of this moment.
 * It does not reconnect by itself: events missed meanwhile would stay unseen. `after:` resumes.
 */
export function subscribe(request: Request, headers: Record<string, string>, observer: Observer): () => void {
  const url = new URL(endpoint);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const client: Client = createClient({ url: url.href, connectionParams: headers, retryAttempts: 0 });
  return client.subscribe(request, {
    next: (result) => observer.next(result as ExecutionResult),
    error: (error) => {
      observer.next(Array.isArray(error) ? { errors: error } : failure(closing(error)));
      observer.complete();
    },
    complete: () => observer.complete(),
  });
}

function closing(error: unknown): string {
  if (!(error instanceof CloseEvent)) return "The subscription could not be opened. Check that the server runs.";
  const reason = error.reason || "no reason given";
  switch (error.code) {
    case 4401:
    case 4403:
      return `The server refused the subscription: ${reason}. Sign in, then run it again.`;
    case 4429:
      return `The server refused the subscription: ${reason}. Wait a moment, then run it again.`;
    case 1006:
      return "The connection of the subscription broke. Run it again; pass the last cursor as `after` to miss nothing.";
    default:
      return `The server ended the subscription (${error.code}: ${reason}). Run it again; pass the last cursor as \`after\` to miss nothing.`;
  }
}
