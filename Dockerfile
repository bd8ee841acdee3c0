# Two images: the server (the last stage, what is built by default) and nginx with our configuration (--target nginx).
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY web ./web
RUN npm run build && npm prune --omit=dev && chmod +x dist/cli.js

# nginx as CDN origin: the same template as outside of containers, filled in by the image's own envsubst step.
FROM nginx:1.28-alpine AS nginx
LABEL org.opencontainers.image.title="Lockstep nginx" \
  org.opencontainers.image.description="The CDN origin of Lockstep" \
  org.opencontainers.image.licenses="MIT"
COPY nginx/nginx.conf.template /etc/nginx/templates/nginx.conf.template
COPY nginx/snippets /etc/nginx/snippets
# Everything nginx writes is below /tmp, so that the rest can be read-only. As a user of its own it opens no port below
# 1024 and changes no user.
ENV NGINX_ENVSUBST_OUTPUT_DIR=/tmp \
  USER_DIRECTIVE= \
  WORKER_PROCESSES=auto \
  MAX_OPEN_FILES=65536 \
  WORKER_CONNECTIONS=32768 \
  LISTEN_ADDRESS=0.0.0.0 \
  LISTEN_PORT=8084 \
  ORIGIN=127.0.0.1:8083 \
  OUTPUT_DIR=/var/www/streams \
  MISS_LIMIT=address \
  PLAYBACK_SECRET= \
  TLS_DIRECTIVES= \
  VIEWER_LOG_DIRECTIVE= \
  SNIPPETS_DIR=/etc/nginx/snippets \
  PID_FILE=/tmp/nginx.pid \
  ERROR_LOG=/dev/stderr \
  ACCESS_LOG=/dev/stdout \
  TEMP_DIR=/tmp
USER 101:101
EXPOSE 8084
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8084/health"]
CMD ["nginx", "-e", "/dev/stderr", "-c", "/tmp/nginx.conf", "-g", "daemon off;"]

FROM node:24-trixie-slim AS server
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Lockstep" \
  org.opencontainers.image.description="Live ABR packaging: Low-Latency HLS and low-latency DASH from one set of CMAF segments" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# util-linux: setpriv, by which every ffmpeg ends when the thread that started it does. fonts: the words on the slate.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates ffmpeg fonts-dejavu-core util-linux \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 1000 -g 1000 -m 0755 /var/www/streams \
  && install -d -o 1000 -g 1000 -m 0700 /var/lib/lockstep \
  && ln -s /app/dist/cli.js /usr/local/bin/lockstep

# On all addresses the server starts only with API_TOKENS (or API_TOKENS_FILE), or told to by API_OPEN=true.
ENV NODE_ENV=production \
  API_HOST=0.0.0.0 \
  OUTPUT_DIR=/var/www/streams \
  DATA_DIR=/var/lib/lockstep

WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/web/dist ./web/dist
COPY config/ladder.yaml ./config/

# The node user of the image, by number: Kubernetes does not know names.
USER 1000:1000
EXPOSE 8083
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.API_PORT ?? 8083}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "dist/main.js"]
