# syntax=docker/dockerfile:1
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# --- build: a virtual environment with the core and the slide readers ---
FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/deid
WORKDIR /src
# what compiles the core
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY deid_pipeline ./deid_pipeline
COPY strategies ./strategies
COPY sql ./sql
RUN /opt/deid/bin/pip install ".[slides]" \
    && find /opt/deid -name '__pycache__' -type d -prune -exec rm -rf {} +

# --- run: no compiler, no package manager's cache, no root ---
FROM ${PYTHON_IMAGE} AS run
ENV PATH=/opt/deid/bin:$PATH PYTHONUNBUFFERED=1 DAGSTER_HOME=/data/dagster
RUN useradd --system --create-home --uid 10001 deid \
    && install --directory --owner=deid --group=deid --mode=0700 /data /data/dagster
COPY --from=build /opt/deid /opt/deid
COPY --chown=deid:deid dagster.yaml /data/dagster/dagster.yaml
USER 10001
WORKDIR /data
VOLUME ["/data"]
ENTRYPOINT ["deidp"]
CMD ["--help"]
