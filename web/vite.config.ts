import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The build is committed, since an installed package has no Node: names without a hash keep the
// difference between two builds to what has changed. The server sends no-cache and an ETag.
export default defineConfig({
  plugins: [react()],
  base: "/static/",
  build: {
    outDir: "../orchestrator/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8321" } },
});
