# The chart library, by the lock file: the one package of npm that is served.
FROM node:22-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# PostgreSQL's client of this Debian is of the server's own version (docker-compose.yml): backup and restore need both.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/data STATIC_MANIFEST=true

# Documents as PDF: the layout library, and a font that has Chinese characters. Backups: pg_dump and psql.
RUN apt-get update && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
      libharfbuzz-subset0 fonts-noto-cjk postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app complaints && install -d -o complaints -g complaints /data
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

COPY . .
COPY --from=packages /packages/node_modules node_modules
# The keys that settings make for themselves while the files are collected must not stay in the image. The files
# are collected outside /data, since a volume hides what the image holds there.
ENV STATIC_ROOT=/app/static
RUN pybabel compile --directory locale --domain django \
    && DATA_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/build

USER complaints
EXPOSE 8000
CMD ["gunicorn", "--config", "python:complaints_site.web_server", "complaints_site.wsgi", "--bind", "0.0.0.0:8000", \
     "--workers", "2"]
