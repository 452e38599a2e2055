# docker build -t maild .
# docker run --read-only --tmpfs /tmp -v maild:/data -p 25:2525 maild          with /data/config.toml in the volume
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/maild
COPY pyproject.toml README.md LICENSE config.example.toml ./
COPY maild maild
COPY pipeline pipeline
COPY rules rules
COPY notifications notifications
RUN /opt/maild/bin/pip install '.[mailauth,postgres]' && /opt/maild/bin/maild --version

FROM python:3.11-slim
# pg_dump and pg_restore, for backups on PostgreSQL; a server newer than Debian's needs clients as new as itself.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 maild \
 && useradd --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin maild \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/maild /opt/maild
# Everything that is written is below /data: database, letters, keys, sockets, and mails on their way in.
ENV PATH=/opt/maild/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/data \
    MAILD_CONFIG=/data/config.toml
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 2525 8080 9325
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["maild", "status", "--health"]
ENTRYPOINT ["maild"]
CMD ["run"]
