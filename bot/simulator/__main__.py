"""`python -m bot.simulator`: the simulator as a process of its own."""

from __future__ import annotations

import argparse

import uvicorn

from bot.simulator.app import create_simulator
from bot.simulator.config import SimulatorConfig


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description="Plays the LINE platform.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--webhook-url", required=True, help="where the product takes LINE's webhooks")
    parser.add_argument("--secret", required=True, help="channel secret, signs the webhooks")
    parser.add_argument("--token", required=True, help="channel access token the product must send")
    parser.add_argument("--public-url", help="address of the simulator itself")
    parser.add_argument("--watermark", help="words to show on the chat page, such as 示範資料")
    parser.add_argument("--clock-offset", type=float, default=0.0, help="seconds ahead of the machine's clock")
    parser.add_argument("--quota", type=int, help="messages a month; unlimited unless given")
    parser.add_argument("--no-redelivery", action="store_true")
    parser.add_argument("--seed", type=int)
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    given = _arguments()
    config = SimulatorConfig(
        channel_secret=given.secret,
        access_token=given.token,
        webhook_url=given.webhook_url,
        public_url=given.public_url or f"http://{given.host}:{given.port}",
        watermark=given.watermark,
        clock_offset=given.clock_offset,
        redelivery=not given.no_redelivery,
        monthly_quota=given.quota,
        seed=given.seed,
    )
    uvicorn.run(create_simulator(config), host=given.host, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
