// Tabs and history may hold passwords typed into variables: they live no longer than the browser tab.
// Only the choice of light or dark is kept for the next visit.
function shelf(key: string): Storage {
  return key === "graphiql:theme" ? localStorage : sessionStorage;
}

/** Where GraphiQL keeps its state. */
export const editorStorage = {
  getItem: (key: string) => shelf(key).getItem(key),
  setItem: (key: string, value: string) => shelf(key).setItem(key, value),
  removeItem: (key: string) => shelf(key).removeItem(key),
  clear: () => {
    sessionStorage.clear();
    localStorage.removeItem("graphiql:theme");
  },
  get length() {
    return sessionStorage.length;
  },
};
