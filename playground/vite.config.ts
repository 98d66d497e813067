import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => {
  const server = loadEnv(mode, ".", "UPLINE_").UPLINE_URL ?? "http://127.0.0.1:8080";
  return {
    // Relative addresses let a reverse proxy mount the server under any path.
    base: "./",
    plugins: [react()],
    build: {
      target: "es2023",
      license: { fileName: "licenses.md" },
      // The code editor is one large piece by nature; it is loaded after the page stands.
      chunkSizeWarningLimit: 5000,
      rolldownOptions: {
        // GraphiQL's packages carry a hint for the React compiler, which is of no use after their own build.
        onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
      },
    },
    // For `npm run dev`: the module names its workers by `?worker` imports, which the dependency optimizer does not
    // know, and what those workers import is then served as it is, except the CommonJS packages named here.
    optimizeDeps: {
      exclude: ["graphiql/setup-workers/vite"],
      include: [
        "@graphiql/react > monaco-graphql > picomatch-browser",
        "@graphiql/react > graphql-language-service > nullthrows",
      ],
    },
    server: {
      proxy: {
        "/graphql": { target: server, ws: true },
        "/health": server,
        "/metrics": server,
      },
    },
  };
});
