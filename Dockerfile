# One image for every part: the command chooses (`nightpass worker`, `nightpass board` …).
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json tsconfig.json ./
# The version is pinned in package.json only.
RUN npm install --global "$(node -p 'require("./package.json").packageManager')"
COPY apps apps
COPY packages packages
COPY scripts/build-console.mjs scripts/bundle-command.mjs scripts/bundle-report-page.mjs scripts/
RUN pnpm install --frozen-lockfile && node_modules/.bin/tsc -b \
  && node scripts/build-console.mjs && node scripts/bundle-command.mjs && node scripts/bundle-report-page.mjs
# Anew rather than pruned: pruning leaves the tools in pnpm's own folder.
RUN rm -rf node_modules apps/*/node_modules packages/*/node_modules \
  && CI=true pnpm install --prod --frozen-lockfile --offline

FROM node:20-bookworm-slim
ENV NODE_ENV=production NIGHTPASS_DATA=/data NIGHTPASS_CONFIG=/etc/nightpass/nightpass.yaml
WORKDIR /app
COPY --from=build /app .
RUN ln -s /app/apps/cli/bin/nightpass.js /usr/local/bin/nightpass \
  && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# Of the board; the other parts have no port, and switch it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["nightpass"]
CMD ["board"]
