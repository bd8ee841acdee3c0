# Build with everything, run with what is needed.
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY web ./web
RUN npm run build && npm prune --omit=dev

FROM node:24-trixie-slim
# util-linux: setpriv, by which every ffmpeg ends when the thread that started it does.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates ffmpeg util-linux \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /var/www/streams /var/lib/lockstep

ENV NODE_ENV=production \
  API_HOST=0.0.0.0 \
  OUTPUT_DIR=/var/www/streams \
  DATA_DIR=/var/lib/lockstep

WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/web/dist ./web/dist
COPY config ./config

USER node
EXPOSE 8083
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.API_PORT ?? 8083}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "dist/main.js"]
