# The product in an image: one process a container, no root, nothing written but /app/data.
# A deployment pins the base by digest: --build-arg PYTHON_IMAGE=python:3.13-slim@sha256:…
# (docs/decisions/0008-pip-and-hash-locks.md).
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
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
