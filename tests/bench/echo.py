"""The least a webhook can do: check the signature of the bytes and answer. What ours is measured against."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

app = FastAPI(openapi_url=None)


@app.post("/line/webhook")
async def webhook(request: Request) -> Response:
    """200 if LINE signed it."""
    body = await request.body()
    wanted = base64.b64encode(hmac.new(sys.argv[2].encode(), body, hashlib.sha256).digest())
    good = hmac.compare_digest(wanted, request.headers.get("x-line-signature", "").encode())
    return JSONResponse({}, status_code=200 if good else 401)


@app.post("/v2/bot/message/reply")
@app.post("/v2/bot/message/push")
@app.post("/v2/bot/chat/loading/start")
async def line(request: Request) -> Response:
    """LINE that takes every message, for measuring what comes before it."""
    await request.body()
    return JSONResponse({"sentMessages": []})


@app.get("/readyz")
async def ready() -> Response:
    """It is up."""
    return JSONResponse({})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
