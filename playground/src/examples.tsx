import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useState } from "react";
import { type Operation, operationGroups } from "./operations";

/** The pane that lists the example operations by noun and opens them in tabs. */
export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: "Examples",
  icon: ExamplesIcon,
  content: Examples,
};

function Examples() {
  const [search, setSearch] = useState("");
  const open = useOpenOperation();
  const groups = operationGroups
    .map(({ noun, operations }) => ({ noun, operations: operations.filter((operation) => matches(operation, noun, search)) }))
    .filter(({ operations }) => operations.length > 0);
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <input type="search" placeholder="Find an operation" aria-label="Find an operation" value={search} onChange={(event) => setSearch(event.target.value)} />
      {groups.map(({ noun, operations }) => (
        <section key={noun} aria-labelledby={`examples-${noun}`}>
          <h3 id={`examples-${noun}`}>{noun}</h3>
          <ul>
            {operations.map((operation) => (
              <li key={operation.name}>
                <button type="button" data-operation={operation.name} onClick={() => open(operation)}>
                  <span className="title">{operation.title}</span>
                  {operation.kind !== "query" && <span className={`kind ${operation.kind}`}>{operation.kind}</span>}
                  {operation.description && <span className="description">{operation.description}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 && <p role="status">No example matches “{search}”.</p>}
    </section>
  );
}

function matches({ name, title, description, query }: Operation, noun: string, search: string): boolean {
  return [noun, name, title, description, query].join(" ").toLowerCase().includes(search.trim().toLowerCase());
}

/** Opens an operation in a new tab, or goes to the tab that already shows it unchanged. */
function useOpenOperation(): (operation: Operation) => void {
  const { addTab, changeTab, updateActiveTabValues, setVisiblePlugin } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({ tabs, queryEditor, variableEditor }));
  return ({ name, query, variables }) => {
    const shown = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? "") === variables);
    if (shown >= 0) {
      changeTab(shown);
    } else {
      addTab();
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
      updateActiveTabValues({ query, variables, operationName: name });
    }
    if (matchMedia("(max-width: 60rem)").matches) setVisiblePlugin(null);
    queryEditor?.focus();
  };
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M3 4.5h2M3 10h2M3 15.5h2M8.5 4.5H17M8.5 10H17M8.5 15.5H17" />
    </svg>
  );
}
