"""What a simulated LINE channel is made of. One frozen value, read once at the start."""

from __future__ import annotations

from dataclasses import dataclass

# LINE answers the same about a webhook that took longer than this, and may redeliver it.
WEBHOOK_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """The channel, its webhook and the knobs of the platform.

    Times are in seconds. `clock_offset` shifts the platform's clock from the machine's.
    `redelivery_delays` holds one wait per further attempt; LINE publishes neither number.
    What LINE leaves undocumented (whether a reply token survives a refused body) is a knob.
    """

    channel_secret: str
    access_token: str
    webhook_url: str
    public_url: str
    watermark: str | None = None
    clock_offset: float = 0.0
    reply_token_seconds: float = 60.0
    reply_token_redelivery_seconds: float = 1200.0
    token_survives_bad_request: bool = True
    redelivery: bool = True
    redelivery_delays: tuple[float, ...] = (3.0, 10.0, 30.0, 60.0, 300.0)
    webhook_timeout: float = WEBHOOK_TIMEOUT_SECONDS
    seed: int | None = None
    monthly_quota: int | None = None
    verified_account: bool = True
    auto_read: bool = True
    bot_name: str = "產業園區單一窗口"
    basic_id: str = "@onestop"
    content_days: float = 14.0
