"""The way to an identity provider, alike for staff and for firms; each has its own way back."""

from __future__ import annotations

from fastapi.responses import RedirectResponse, Response

from bot.runtime import Runtime
from routing.ports import IdentityProvider
from routing.service.accounts import round_trips, single_sign_on


def to_provider(runtime: Runtime, provider: IdentityProvider, *, target: str, back: str, cookie: str) -> Response:
    """To the provider. What the way ``back`` will be checked by stays in the browser's ``cookie``; nothing is written.

    Raises:
        SignInError: the provider cannot be asked. Busy: too many are on their way.
    """
    now = runtime.now()
    trip = round_trips.begin(target, now=now)
    with single_sign_on.turn():
        address = provider.address(single_sign_on.proofs_of(trip), back=runtime.settings.base_url + back, now=now)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        cookie, trip.cookie(), max_age=int(round_trips.LIFE.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=runtime.settings.https,
    )  # fmt: skip
    return answer
