"""Rich menus: create, image, default, per user, aliases. Source: reference, Rich menu."""

from __future__ import annotations

import re
from typing import Any

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services, invalid_property, refuse_if_invalid
from bot.simulator.state import USER_ID, Json, Platform, RichMenu
from bot.simulator.validation.report import Report, Scope
from bot.simulator.validation.richmenu import MAX_IMAGE_BYTES, check_richmenu, fits, image_size

_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")
_MAX_MENUS = 1000
_MAX_BULK = 500


def _menu(services: Services, call: Call) -> RichMenu:
    menu = services.platform.richmenus.get(call.params["menu_id"])
    if menu is None:
        raise Refusal(404, "richmenu not found")
    return menu


def _menu_with_image(platform: Platform, menu_id: object) -> RichMenu:
    menu = platform.richmenus.get(str(menu_id))
    if menu is None:
        raise Refusal(404, "richmenu not found")
    if menu.image is None:
        raise Refusal(400, "must upload richmenu image before applying it to user")
    return menu


def _user_id(call: Call) -> str:
    user_id = call.params["user_id"]
    if not USER_ID.fullmatch(user_id):
        raise Refusal(400, "The value for the 'userId' parameter is invalid")
    return user_id


def _shown(platform: Platform) -> None:
    """Every open chat looks again at which menu it has."""
    for user in platform.users.values():
        user.chat.version += 1


def create(services: Services, call: Call) -> Answer:
    """A new menu, still without its image."""
    platform = services.platform
    body = call.json()
    refuse_if_invalid(check_richmenu(body))
    if len(platform.richmenus) >= _MAX_MENUS:
        raise Refusal(400, "The number of rich menus has reached the limit")
    menu = RichMenu(platform.ids.richmenu(), body)
    platform.richmenus[menu.richmenu_id] = menu
    return Answer(200, {"richMenuId": menu.richmenu_id})


def validate(_services: Services, call: Call) -> Answer:
    """The same checks as creating, nothing kept."""
    refuse_if_invalid(check_richmenu(call.json()))
    return Answer()


def _as_json(menu: RichMenu) -> Json:
    return {"richMenuId": menu.richmenu_id, **menu.body}


def list_menus(services: Services, _call: Call) -> Answer:
    """All menus made through the API."""
    return Answer(200, {"richmenus": [_as_json(one) for one in services.platform.richmenus.values()]})


def get_menu(services: Services, call: Call) -> Answer:
    """One menu."""
    return Answer(200, _as_json(_menu(services, call)))


def delete_menu(services: Services, call: Call) -> Answer:
    """Delete a menu; whoever had it falls back to the default."""
    platform = services.platform
    menu = _menu(services, call)
    del platform.richmenus[menu.richmenu_id]
    if platform.default_richmenu == menu.richmenu_id:
        platform.default_richmenu = None
    for user in platform.users.values():
        if user.richmenu_id == menu.richmenu_id:
            user.richmenu_id = None
    _shown(platform)
    return Answer()


def upload_image(services: Services, call: Call) -> Answer:
    """Give a menu its image, once: PNG or JPEG of the declared size."""
    menu = _menu(services, call)
    media_type = call.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in {"image/png", "image/jpeg"}:
        raise Refusal(415, f"The content type, {media_type}, is not supported")
    if menu.image is not None:
        raise Refusal(400, "An image has already been uploaded to the richmenu")
    size = image_size(call.body)
    declared = menu.body["size"]
    wrong = size is None or not fits(*size) or size != (declared["width"], declared["height"])
    if wrong or len(call.body) > MAX_IMAGE_BYTES:
        raise Refusal(400, "The image size is not allowed for richmenu")
    menu.image, menu.image_type = call.body, media_type
    return Answer()


def get_image(services: Services, call: Call) -> Answer:
    """The image of a menu."""
    menu = _menu(services, call)
    if menu.image is None:
        raise Refusal(404, "Not found")
    return Answer(200, menu.image, media_type=menu.image_type)


def set_default(services: Services, call: Call) -> Answer:
    """Show this menu to everybody without one of their own."""
    services.platform.default_richmenu = _menu_with_image(services.platform, call.params["menu_id"]).richmenu_id
    _shown(services.platform)
    return Answer()


def get_default(services: Services, _call: Call) -> Answer:
    """The default menu, 404 if there is none."""
    if services.platform.default_richmenu is None:
        raise Refusal(404, "no default richmenu")
    return Answer(200, {"richMenuId": services.platform.default_richmenu})


def clear_default(services: Services, _call: Call) -> Answer:
    """Show no default menu any more."""
    services.platform.default_richmenu = None
    _shown(services.platform)
    return Answer()


def _link(platform: Platform, user_id: str, menu_id: str | None) -> None:
    """Strangers and people who blocked the account get 200, but nothing is linked."""
    user = platform.users.get(user_id)
    if user and not user.blocked and (user.friend or menu_id is None):
        user.richmenu_id = menu_id
        user.chat.version += 1


def link_user(services: Services, call: Call) -> Answer:
    """Show this menu to one user."""
    user_id = _user_id(call)
    menu = _menu_with_image(services.platform, call.params["menu_id"])
    _link(services.platform, user_id, menu.richmenu_id)
    return Answer()


def get_user_menu(services: Services, call: Call) -> Answer:
    """The user's own menu, 404 if there is none."""
    user = services.platform.users.get(_user_id(call))
    if user is None or user.richmenu_id is None:
        raise Refusal(404, "the user has no richmenu")
    return Answer(200, {"richMenuId": user.richmenu_id})


def unlink_user(services: Services, call: Call) -> Answer:
    """Take the user's own menu away."""
    _link(services.platform, _user_id(call), None)
    return Answer()


def _bulk(services: Services, body: Json, menu_id: str | None) -> Answer:
    report = Report()
    people: list[Any] = Scope(report, "userIds").items(body.get("userIds"), 1, _MAX_BULK)
    refuse_if_invalid(report)
    for index, user_id in enumerate(people):
        if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
            raise invalid_property(f"userIds[{index}]")
    for user_id in people:
        _link(services.platform, user_id, menu_id)
    return Answer(202)


def bulk_link(services: Services, call: Call) -> Answer:
    """Show a menu to up to 500 users."""
    body = call.json()
    menu = _menu_with_image(services.platform, body.get("richMenuId"))
    return _bulk(services, body, menu.richmenu_id)


def bulk_unlink(services: Services, call: Call) -> Answer:
    """Take up to 500 users' own menus away."""
    return _bulk(services, call.json(), None)


def _alias_target(platform: Platform, body: Json) -> str:
    menu_id = body.get("richMenuId")
    if menu_id not in platform.richmenus:
        raise Refusal(400, "richmenu not found")
    if platform.richmenus[str(menu_id)].image is None:
        raise Refusal(400, "must upload richmenu image before applying it to user")
    return str(menu_id)


def create_alias(services: Services, call: Call) -> Answer:
    """Name a menu, for tabs that switch to it."""
    body = call.json()
    alias = body.get("richMenuAliasId")
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias):
        raise invalid_property("richMenuAliasId")
    if alias in services.platform.richmenu_aliases:
        raise Refusal(400, "conflict richmenu alias id")
    services.platform.richmenu_aliases[alias] = _alias_target(services.platform, body)
    return Answer()


def _alias(services: Services, call: Call) -> str:
    alias = call.params["alias_id"]
    if alias not in services.platform.richmenu_aliases:
        raise Refusal(404, "richmenu alias not found")
    return alias


def update_alias(services: Services, call: Call) -> Answer:
    """Let an alias point at another menu."""
    alias = _alias(services, call)
    services.platform.richmenu_aliases[alias] = _alias_target(services.platform, call.json())
    return Answer()


def get_alias(services: Services, call: Call) -> Answer:
    """The menu behind an alias."""
    alias = _alias(services, call)
    return Answer(200, {"richMenuAliasId": alias, "richMenuId": services.platform.richmenu_aliases[alias]})


def delete_alias(services: Services, call: Call) -> Answer:
    """Forget an alias."""
    del services.platform.richmenu_aliases[_alias(services, call)]
    return Answer()


def list_aliases(services: Services, _call: Call) -> Answer:
    """All aliases."""
    aliases = services.platform.richmenu_aliases.items()
    return Answer(200, {"aliases": [{"richMenuAliasId": one, "richMenuId": menu} for one, menu in aliases]})


# Fixed paths come before those with a parameter: the first match answers.
ENDPOINTS = (
    Endpoint("POST", "/v2/bot/richmenu", "richmenu/create", create),
    Endpoint("POST", "/v2/bot/richmenu/validate", "richmenu/validate", validate),
    Endpoint("GET", "/v2/bot/richmenu/list", "richmenu/list", list_menus),
    Endpoint("POST", "/v2/bot/richmenu/bulk/link", "richmenu/bulk/link", bulk_link),
    Endpoint("POST", "/v2/bot/richmenu/bulk/unlink", "richmenu/bulk/unlink", bulk_unlink),
    Endpoint("POST", "/v2/bot/richmenu/alias", "richmenu/alias", create_alias),
    Endpoint("GET", "/v2/bot/richmenu/alias/list", "richmenu/alias/list", list_aliases),
    Endpoint("POST", "/v2/bot/richmenu/alias/{alias_id}", "richmenu/alias/update", update_alias),
    Endpoint("GET", "/v2/bot/richmenu/alias/{alias_id}", "richmenu/alias/get", get_alias),
    Endpoint("DELETE", "/v2/bot/richmenu/alias/{alias_id}", "richmenu/alias/delete", delete_alias),
    Endpoint("GET", "/v2/bot/richmenu/{menu_id}", "richmenu/get", get_menu),
    Endpoint("DELETE", "/v2/bot/richmenu/{menu_id}", "richmenu/delete", delete_menu),
    Endpoint("POST", "/v2/bot/richmenu/{menu_id}/content", "richmenu/upload", upload_image),
    Endpoint("GET", "/v2/bot/richmenu/{menu_id}/content", "richmenu/image", get_image),
    Endpoint("POST", "/v2/bot/user/all/richmenu/{menu_id}", "richmenu/default", set_default),
    Endpoint("GET", "/v2/bot/user/all/richmenu", "richmenu/default/get", get_default),
    Endpoint("DELETE", "/v2/bot/user/all/richmenu", "richmenu/default/clear", clear_default),
    Endpoint("POST", "/v2/bot/user/{user_id}/richmenu/{menu_id}", "richmenu/link", link_user),
    Endpoint("GET", "/v2/bot/user/{user_id}/richmenu", "richmenu/user", get_user_menu),
    Endpoint("DELETE", "/v2/bot/user/{user_id}/richmenu", "richmenu/unlink", unlink_user),
)
