# Build: everything installed, the definitions compiled and baked.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional
COPY src ./src
COPY scripts ./scripts
COPY profiles ./profiles
RUN node scripts/definitions.ts
RUN npm prune --omit=dev --omit=optional --ignore-scripts

# Run: what the hub reads at run time and nothing else; no package manager is used.
FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 STORE=sqlite:/data/hub.db CLIENTS=/data/clients.json
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/build/definitions ./build/definitions
COPY --from=build /app/src ./src
COPY localities ./localities
COPY LICENSE NOTICE ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then(a => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "--disable-warning=ExperimentalWarning", "src/main.ts"]
