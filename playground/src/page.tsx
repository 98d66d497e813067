import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { EXAMPLES_PLUGIN } from "./examples";
import { fetcher } from "./fetcher";
import { operationGroups } from "./operations";
import { SignIn } from "./sign-in";
import { editorStorage } from "./storage";
import icon from "./upline.svg";

const plugins = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
const firstTab = operationGroups[0]?.operations.slice(0, 1);
const roomForExamples = matchMedia("(min-width: 60rem)").matches;

/** The whole page: the strip with the name, the links and the sign-in, and GraphiQL below it. */
export function Page() {
  return (
    <>
      <header className="strip">
        <h1 className="brand">
          <img src={icon} alt="" width="28" height="28" />
          Upline
        </h1>
        <nav className="links" aria-label="Server">
          <a href="./health/ready" target="_blank" rel="noopener">
            Health
          </a>
          <a href="./metrics" target="_blank" rel="noopener">
            Metrics
          </a>
        </nav>
        <SignIn />
      </header>
      <main className="editor">
        <GraphiQL
          fetcher={fetcher}
          storage={editorStorage}
          defaultTabs={firstTab}
          plugins={plugins}
          visiblePlugin={roomForExamples ? EXAMPLES_PLUGIN : undefined}
          defaultEditorToolsVisibility="variables"
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
