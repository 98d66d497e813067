import { Kind, type OperationDefinitionNode, OperationTypeNode, parse, type Token, TokenKind } from "graphql";

/** An example: one operation of a file, with the title, words and variables of the comment above it. */
export interface Operation {
  name: string;
  kind: OperationTypeNode;
  title: string;
  description: string;
  query: string;
  variables: string;
}

/** The examples of one file, named after the file's noun. */
export interface OperationGroup {
  noun: string;
  operations: Operation[];
}

const files = import.meta.glob<string>("../operations/*.graphql", { query: "?raw", import: "default", eager: true });

/** All examples; the viewer's own come first, the rest by noun. */
export const operationGroups: OperationGroup[] = Object.entries(files)
  .map(([path, source]) => ({ noun: path.replace(/^.*\/|\.graphql$/g, ""), operations: readOperations(source) }))
  .sort((a, b) => Number(b.noun === "viewer") - Number(a.noun === "viewer") || a.noun.localeCompare(b.noun));

function readOperations(source: string): Operation[] {
  return parse(source)
    .definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => readOperation(source, definition));
}

/** Reads `# Title`, then `# words`, then `# Variables: {…}` (to the end of the comment) above the operation. */
function readOperation(source: string, definition: OperationDefinitionNode): Operation {
  const { start, end, startToken } = definition.loc!;
  const [words = "", variables = ""] = commentAbove(startToken).split(/^Variables:/m);
  const [title = "", ...description] = words.trim().split("\n");
  const name = definition.name?.value ?? "";
  return {
    name,
    kind: definition.operation,
    title: title || name,
    description: description.join(" "),
    query: `# ${title || name}\n${source.slice(start, end)}\n`,
    variables: variables.trim(),
  };
}

function commentAbove(token: Token): string {
  const lines: string[] = [];
  let below = token;
  for (let above = token.prev; above?.kind === TokenKind.COMMENT && above.line === below.line - 1; above = above.prev) {
    lines.unshift(above.value.replace(/^ /, ""));
    below = above;
  }
  return lines.join("\n");
}
