import type { Fetcher } from "@graphiql/toolkit";
import { type ExecutionResult, getOperationAST, parse } from "graphql";
import { accessToken, endSession } from "./session";
import { failure, type Observer, post, type Request, sentence, subscribe } from "./transport";

/** Sends what GraphiQL runs, as the account that is signed in. A header typed by hand wins. */
export const fetcher: Fetcher = async (params, options) => {
  const request: Request = params;
  const typed = (options?.headers ?? {}) as Record<string, string>;
  const token = hasAuthorization(typed) ? null : await accessToken();
  const headers = token ? { Authorization: `Bearer ${token}`, ...typed } : typed;
  if (isSubscription(request)) {
    return {
      subscribe: (observer: unknown) => ({ unsubscribe: subscribe(request, headers, observer as Observer) }),
    };
  }
  try {
    const { result } = await post(request, headers);
    if (token && isUnauthenticated(result)) endSession(token);
    return result;
  } catch (error) {
    // A thrown error would be shown with its stack.
    return failure(sentence(error));
  }
};

function hasAuthorization(headers: Record<string, string>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
}

function isSubscription({ query, operationName }: Request): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    // A document that does not parse goes to the server, whose message names line and column.
    return false;
  }
}

function isUnauthenticated(result: ExecutionResult): boolean {
  return result.errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}
