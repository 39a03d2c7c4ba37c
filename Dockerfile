# The product in an image: one process a container, no root, nothing written but /app/data.
# The base is pinned by digest and one that is not is refused (docs/decisions/0008-pip-and-hash-locks.md): make pin-images
# takes the newest, --build-arg PYTHON_IMAGE=… another, --build-arg UNPINNED=yes any, for a trial.
ARG PYTHON_IMAGE=python:3.13-slim@sha256:9662417aace5ae7b8e2609cce472b72a8958e134ba372808abe9cc1a0c0125e6

FROM ${PYTHON_IMAGE} AS build
ARG PYTHON_IMAGE
ARG UNPINNED=
RUN case "$PYTHON_IMAGE$UNPINNED" in \
      *@sha256:*|*yes) ;; \
      *) echo "$PYTHON_IMAGE is not pinned by digest: make pin-images, or --build-arg UNPINNED=yes" >&2; exit 1 ;; \
    esac
WORKDIR /src
RUN python -m venv /app/.venv
COPY requirements.lock ./
RUN /app/.venv/bin/python -m pip install --disable-pip-version-check --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY knowledge knowledge
COPY routing routing
COPY bot bot
RUN /app/.venv/bin/python -m pip install --disable-pip-version-check --no-cache-dir --no-deps --no-build-isolation . \
 && /app/.venv/bin/python -m compileall -q /app/.venv

FROM ${PYTHON_IMAGE}
COPY --from=build /app/.venv /app/.venv
RUN mkdir /app/data /backup && chown 10001:10001 /app/data /backup
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001
VOLUME /app/data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["onestop"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
