import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const hub = process.env.CAERUS_HUB ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss()],
  build: { target: "es2022", sourcemap: false },
  server: { proxy: { "/api": hub, "/ws": { target: hub, ws: true } } },
});
